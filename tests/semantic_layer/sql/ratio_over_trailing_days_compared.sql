WITH asked AS (
  SELECT
    SUM(transactions.sales_value) AS avg_basket_value_last_7_days_numerator,
    COUNT(DISTINCT transactions.basket_id) AS avg_basket_value_last_7_days_denominator
  FROM facts.transactions AS transactions
  WHERE
    transactions.purchased_at >= CAST('2017-11-24' AS DATE)
    AND transactions.purchased_at < CAST('2017-12-01' AS DATE)
), earlier AS (
  SELECT
    SUM(transactions.sales_value) AS avg_basket_value_last_7_days_numerator,
    COUNT(DISTINCT transactions.basket_id) AS avg_basket_value_last_7_days_denominator
  FROM facts.transactions AS transactions
  WHERE
    transactions.purchased_at >= CAST('2017-10-25' AS DATE)
    AND transactions.purchased_at < CAST('2017-11-01' AS DATE)
)
SELECT
  COALESCE(asked.avg_basket_value_last_7_days_numerator, 0) / NULLIF(COALESCE(asked.avg_basket_value_last_7_days_denominator, 0), 0) AS avg_basket_value_last_7_days,
  COALESCE(earlier.avg_basket_value_last_7_days_numerator, 0) / NULLIF(COALESCE(earlier.avg_basket_value_last_7_days_denominator, 0), 0) AS avg_basket_value_last_7_days_previous,
  (
    COALESCE(asked.avg_basket_value_last_7_days_numerator, 0) / NULLIF(COALESCE(asked.avg_basket_value_last_7_days_denominator, 0), 0)
  ) - (
    COALESCE(earlier.avg_basket_value_last_7_days_numerator, 0) / NULLIF(COALESCE(earlier.avg_basket_value_last_7_days_denominator, 0), 0)
  ) AS avg_basket_value_last_7_days_change,
  (
    (
      COALESCE(asked.avg_basket_value_last_7_days_numerator, 0) / NULLIF(COALESCE(asked.avg_basket_value_last_7_days_denominator, 0), 0)
    ) - (
      COALESCE(earlier.avg_basket_value_last_7_days_numerator, 0) / NULLIF(COALESCE(earlier.avg_basket_value_last_7_days_denominator, 0), 0)
    )
  ) / NULLIF(
    COALESCE(earlier.avg_basket_value_last_7_days_numerator, 0) / NULLIF(COALESCE(earlier.avg_basket_value_last_7_days_denominator, 0), 0),
    0
  ) AS avg_basket_value_last_7_days_growth
FROM asked
CROSS JOIN earlier
