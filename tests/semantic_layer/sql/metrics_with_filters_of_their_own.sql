SELECT
  COALESCE(products.brand, 'Unknown') AS brand,
  COALESCE(
    SUM(transactions.quantity) FILTER(WHERE
      products.product_type IS DISTINCT FROM 'GASOLINE-REG UNLEADED'),
    0
  ) AS units,
  COALESCE(
    SUM(transactions.quantity) FILTER(WHERE
      products.product_type IS DISTINCT FROM 'GASOLINE-REG UNLEADED'),
    0
  ) / NULLIF(
    COUNT(DISTINCT transactions.basket_id) FILTER(WHERE
      products.product_type IS DISTINCT FROM 'GASOLINE-REG UNLEADED'),
    0
  ) AS units_per_basket,
  COALESCE(SUM(transactions.sales_value), 0) AS sales
FROM facts.transactions AS transactions
LEFT JOIN facts.products AS products
  ON transactions.product_id = products.product_id
WHERE
  transactions.purchased_at >= CAST('2017-01-01' AS DATE)
  AND transactions.purchased_at < CAST('2018-01-01' AS DATE)
GROUP BY
  COALESCE(products.brand, 'Unknown')
ORDER BY
  units DESC,
  brand ASC
