WITH asked AS (
  SELECT
    COALESCE(products.brand, 'Unknown') AS brand,
    SUM(transactions.sales_value) AS sales
  FROM facts.transactions AS transactions
  LEFT JOIN facts.products AS products
    ON transactions.product_id = products.product_id
  WHERE
    transactions.purchased_at >= CAST('2017-11-01' AS DATE)
    AND transactions.purchased_at < CAST('2017-12-01' AS DATE)
  GROUP BY
    COALESCE(products.brand, 'Unknown')
), whole AS (
  SELECT
    SUM(transactions.sales_value) AS sales
  FROM facts.transactions AS transactions
  WHERE
    transactions.purchased_at >= CAST('2017-11-01' AS DATE)
    AND transactions.purchased_at < CAST('2017-12-01' AS DATE)
)
SELECT
  asked.brand AS brand,
  COALESCE(asked.sales, 0) AS sales,
  COALESCE(asked.sales, 0) / NULLIF(COALESCE(whole.sales, 0), 0) AS sales_share
FROM asked
CROSS JOIN whole
ORDER BY
  sales DESC,
  brand ASC
