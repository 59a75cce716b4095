WITH first_transactions AS (
  SELECT
    transactions.household_id AS household_id,
    MIN(transactions.purchased_at) AS first_time
  FROM facts.transactions AS transactions
  GROUP BY
    transactions.household_id
), asked AS (
  SELECT
    CAST(DATE_TRUNC('MONTH', transactions.purchased_at) AS DATE) AS month,
    COUNT(DISTINCT transactions.household_id) FILTER(WHERE
      transactions.purchased_at = first_transactions.first_time) AS new_buyers
  FROM facts.transactions AS transactions
  LEFT JOIN first_transactions
    ON transactions.household_id = first_transactions.household_id
  WHERE
    transactions.purchased_at >= CAST('2017-01-01' AS DATE)
    AND transactions.purchased_at < CAST('2017-04-01' AS DATE)
  GROUP BY
    CAST(DATE_TRUNC('MONTH', transactions.purchased_at) AS DATE)
), buckets AS (
  SELECT
    CAST(UNNEST(
      GENERATE_SERIES(CAST('2017-01-01' AS DATE), CAST('2017-03-31' AS DATE), INTERVAL '1' MONTH)
    ) AS DATE) AS month
)
SELECT
  buckets.month AS month,
  COALESCE(asked.new_buyers, 0) AS new_buyers
FROM buckets
LEFT JOIN asked
  ON buckets.month IS NOT DISTINCT FROM asked.month
ORDER BY
  month ASC
