WITH each_basket AS (
  SELECT
    ISODOW(transactions.purchased_at) >= 6 AS is_weekend,
    transactions.basket_id AS one,
    COALESCE(SUM(transactions.sales_value), 0) AS sales
  FROM facts.transactions AS transactions
  WHERE
    transactions.purchased_at >= CAST('2017-11-01' AS DATE)
    AND transactions.purchased_at < CAST('2017-12-01' AS DATE)
    AND NOT transactions.basket_id IS NULL
  GROUP BY
    ISODOW(transactions.purchased_at) >= 6,
    transactions.basket_id
)
SELECT
  each_basket.is_weekend AS is_weekend,
  QUANTILE_CONT(CAST(each_basket.sales AS DOUBLE), 0.5) AS sales_median,
  QUANTILE_CONT(CAST(each_basket.sales AS DOUBLE), 0.9) AS sales_p90
FROM each_basket
GROUP BY
  each_basket.is_weekend
ORDER BY
  is_weekend ASC
