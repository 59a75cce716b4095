SELECT
  COALESCE(SUM(transactions.sales_value), 0) AS sales
FROM (
  SELECT
    transactions.*
  FROM facts.transactions AS transactions
  WHERE
    FALSE
) AS transactions
WHERE
  transactions.purchased_at >= CAST('2017-01-01' AS DATE)
  AND transactions.purchased_at < CAST('2018-01-01' AS DATE)
