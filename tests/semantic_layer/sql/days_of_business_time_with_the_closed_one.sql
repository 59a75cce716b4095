WITH asked AS (
  SELECT
    CAST(transactions.purchased_at AS DATE) AS date,
    COUNT(DISTINCT transactions.basket_id) AS baskets,
    SUM(transactions.sales_value) AS sales
  FROM facts.transactions AS transactions
  WHERE
    transactions.purchased_at >= CAST('2017-12-23' AS DATE)
    AND transactions.purchased_at < CAST('2017-12-28' AS DATE)
  GROUP BY
    CAST(transactions.purchased_at AS DATE)
), buckets AS (
  SELECT
    CAST(UNNEST(
      GENERATE_SERIES(CAST('2017-12-23' AS DATE), CAST('2017-12-27' AS DATE), INTERVAL '1' DAY)
    ) AS DATE) AS date
)
SELECT
  buckets.date AS date,
  COALESCE(asked.baskets, 0) AS baskets,
  COALESCE(asked.sales, 0) / NULLIF(COALESCE(asked.baskets, 0), 0) AS avg_basket_value
FROM buckets
LEFT JOIN asked
  ON buckets.date IS NOT DISTINCT FROM asked.date
ORDER BY
  date ASC
