SELECT
  HOUR(transactions.purchased_at) AS hour,
  COUNT(DISTINCT transactions.basket_id) AS baskets
FROM facts.transactions AS transactions
WHERE
  ISODOW(transactions.purchased_at) >= 6
  AND HOUR(transactions.purchased_at) <= 3
  AND transactions.purchased_at >= CAST('2017-01-01' AS DATE)
  AND transactions.purchased_at < CAST('2018-01-01' AS DATE)
GROUP BY
  HOUR(transactions.purchased_at)
ORDER BY
  hour ASC
