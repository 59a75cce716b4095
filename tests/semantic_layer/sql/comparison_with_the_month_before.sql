WITH asked AS (
  SELECT
    COALESCE(products.department, 'Unknown') AS department,
    SUM(transactions.sales_value) AS sales
  FROM facts.transactions AS transactions
  LEFT JOIN facts.products AS products
    ON transactions.product_id = products.product_id
  WHERE
    transactions.purchased_at >= CAST('2017-11-01' AS DATE)
    AND transactions.purchased_at < CAST('2017-12-01' AS DATE)
  GROUP BY
    COALESCE(products.department, 'Unknown')
), earlier AS (
  SELECT
    COALESCE(products.department, 'Unknown') AS department,
    SUM(transactions.sales_value) AS sales
  FROM facts.transactions AS transactions
  LEFT JOIN facts.products AS products
    ON transactions.product_id = products.product_id
  WHERE
    transactions.purchased_at >= CAST('2017-10-01' AS DATE)
    AND transactions.purchased_at < CAST('2017-11-01' AS DATE)
  GROUP BY
    COALESCE(products.department, 'Unknown')
)
SELECT
  COALESCE(asked.department, earlier.department) AS department,
  COALESCE(asked.sales, 0) AS sales,
  COALESCE(earlier.sales, 0) AS sales_previous,
  COALESCE(asked.sales, 0) - COALESCE(earlier.sales, 0) AS sales_change,
  (
    COALESCE(asked.sales, 0) - COALESCE(earlier.sales, 0)
  ) / NULLIF(COALESCE(earlier.sales, 0), 0) AS sales_growth
FROM asked
FULL JOIN earlier
  ON asked.department IS NOT DISTINCT FROM earlier.department
ORDER BY
  sales DESC,
  department ASC
