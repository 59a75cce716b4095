WITH active AS (
  SELECT DISTINCT
    CAST(DATE_TRUNC('MONTH', transactions.purchased_at) AS DATE) AS month,
    transactions.household_id AS household_key
  FROM facts.transactions AS transactions
  WHERE
    NOT transactions.household_id IS NULL
    AND transactions.purchased_at >= CAST('2016-12-01' AS DATE)
    AND transactions.purchased_at < CAST('2017-04-01' AS DATE)
), asked AS (
  SELECT
    CAST(before.month + INTERVAL '1' MONTH AS DATE) AS month,
    COUNT(here.household_key) AS retention_rate_retained,
    COUNT(*) AS retention_rate_before
  FROM active AS before
  LEFT JOIN active AS here
    ON here.household_key = before.household_key
    AND here.month = CAST(before.month + INTERVAL '1' MONTH AS DATE)
  WHERE
    before.month < CAST('2017-03-01' AS DATE)
  GROUP BY
    CAST(before.month + INTERVAL '1' MONTH AS DATE)
), buckets AS (
  SELECT
    CAST(UNNEST(
      GENERATE_SERIES(CAST('2017-01-01' AS DATE), CAST('2017-03-31' AS DATE), INTERVAL '1' MONTH)
    ) AS DATE) AS month
)
SELECT
  buckets.month AS month,
  COALESCE(asked.retention_rate_retained, 0) / NULLIF(asked.retention_rate_before, 0) AS retention_rate,
  1 - (
    COALESCE(asked.retention_rate_retained, 0) / NULLIF(asked.retention_rate_before, 0)
  ) AS churn_rate
FROM buckets
LEFT JOIN asked
  ON buckets.month IS NOT DISTINCT FROM asked.month
ORDER BY
  month ASC
