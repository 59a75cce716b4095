SELECT
  COUNT(DISTINCT transactions.household_id) AS buyers
FROM facts.transactions AS transactions
WHERE
  transactions.purchased_at >= CAST('2017-01-01' AS DATE)
  AND transactions.purchased_at < CAST('2018-01-01' AS DATE)
