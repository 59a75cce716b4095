SELECT
  transactions.store_id AS store_id,
  COALESCE(SUM(transactions.sales_value), 0) AS sales,
  COUNT(DISTINCT transactions.household_id) AS buyers
FROM (
  SELECT
    transactions.*
  FROM facts.transactions AS transactions
  WHERE
    transactions.store_id IN (367, 368)
) AS transactions
LEFT JOIN facts.products AS products
  ON transactions.product_id = products.product_id
WHERE
  products.brand = 'Private'
  AND transactions.purchased_at >= CAST('2017-01-01' AS DATE)
  AND transactions.purchased_at < CAST('2018-01-01' AS DATE)
GROUP BY
  transactions.store_id
ORDER BY
  sales DESC,
  store_id ASC
