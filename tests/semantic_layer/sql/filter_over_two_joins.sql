SELECT
  COALESCE(SUM(transactions.sales_value), 0) AS sales,
  COUNT(DISTINCT transactions.household_id) AS buyers
FROM facts.transactions AS transactions
LEFT JOIN facts.products AS products
  ON transactions.product_id = products.product_id
LEFT JOIN facts.demographics AS demographics
  ON transactions.household_id = demographics.household_id
WHERE
  products.department = 'PASTRY'
  AND demographics.age IS DISTINCT FROM '45-54'
  AND transactions.purchased_at >= CAST('2017-01-01' AS DATE)
  AND transactions.purchased_at < CAST('2018-01-01' AS DATE)
