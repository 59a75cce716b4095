SELECT
  COALESCE(SUM(transactions.sales_value), 0) AS sales
FROM facts.transactions AS transactions
WHERE
  transactions.purchased_at >= CAST('2017-11-01' AS DATE)
  AND transactions.purchased_at < CAST('2017-12-01' AS DATE)
