WITH each_household AS (
  SELECT
    CAST(DATE_TRUNC('QUARTER', transactions.purchased_at) AS DATE) AS quarter,
    transactions.household_id AS household_key,
    COUNT(DISTINCT transactions.basket_id) AS figure
  FROM facts.transactions AS transactions
  WHERE
    transactions.purchased_at >= CAST('2017-01-01' AS DATE)
    AND transactions.purchased_at < CAST('2018-01-01' AS DATE)
    AND NOT transactions.household_id IS NULL
  GROUP BY
    CAST(DATE_TRUNC('QUARTER', transactions.purchased_at) AS DATE),
    transactions.household_id
), asked AS (
  SELECT
    each_household.quarter AS quarter,
    COUNT(*) FILTER(WHERE
      each_household.figure >= 2) AS repeat_rate_repeated,
    COUNT(*) AS repeat_rate_active
  FROM each_household
  GROUP BY
    each_household.quarter
), buckets AS (
  SELECT
    CAST(UNNEST(
      GENERATE_SERIES(CAST('2017-01-01' AS DATE), CAST('2017-12-31' AS DATE), INTERVAL '3' MONTH)
    ) AS DATE) AS quarter
)
SELECT
  buckets.quarter AS quarter,
  COALESCE(asked.repeat_rate_repeated, 0) / NULLIF(asked.repeat_rate_active, 0) AS repeat_rate
FROM buckets
LEFT JOIN asked
  ON buckets.quarter IS NOT DISTINCT FROM asked.quarter
ORDER BY
  quarter ASC
