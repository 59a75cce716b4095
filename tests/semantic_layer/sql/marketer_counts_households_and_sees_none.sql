SELECT
  COALESCE(products.brand, 'Unknown') AS brand,
  COUNT(DISTINCT transactions.household_id) AS buyers,
  COALESCE(COUNT(DISTINCT transactions.household_id), 0) AS _group_size
FROM facts.transactions AS transactions
LEFT JOIN facts.products AS products
  ON transactions.product_id = products.product_id
WHERE
  NOT (
    products.brand IS NULL OR products.brand = 'Unknown'
  )
  AND transactions.purchased_at >= CAST('2017-11-01' AS DATE)
  AND transactions.purchased_at < CAST('2017-12-01' AS DATE)
GROUP BY
  COALESCE(products.brand, 'Unknown')
ORDER BY
  buyers DESC,
  brand ASC
