WITH first_transactions AS (
  SELECT
    transactions.household_id AS household_id,
    MIN(transactions.purchased_at) AS first_time
  FROM facts.transactions AS transactions
  WHERE
    NOT transactions.household_id IS NULL
  GROUP BY
    transactions.household_id
), asked AS (
  SELECT
    CAST(DATE_TRUNC('MONTH', first_transactions.first_time) AS DATE) AS month,
    COUNT(*) AS new_buyers
  FROM first_transactions
  WHERE
    first_transactions.first_time >= CAST('2017-01-01' AS DATE)
    AND first_transactions.first_time < CAST('2017-04-01' AS DATE)
  GROUP BY
    CAST(DATE_TRUNC('MONTH', first_transactions.first_time) AS DATE)
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
