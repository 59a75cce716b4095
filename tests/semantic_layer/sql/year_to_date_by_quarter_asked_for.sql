WITH windows AS (
  SELECT
    bucket,
    CAST(DATE_TRUNC('YEAR', last_day) AS DATE) AS first_day,
    last_day
  FROM (
    SELECT
      bucket,
      LEAST(
        CAST(CAST(bucket + INTERVAL '3' MONTH AS DATE) - INTERVAL '1' DAY AS DATE),
        CAST('2017-12-31' AS DATE)
      ) AS last_day
    FROM (
      SELECT
        CAST(UNNEST(
          GENERATE_SERIES(CAST('2017-01-01' AS DATE), CAST('2017-12-31' AS DATE), INTERVAL '3' MONTH)
        ) AS DATE) AS bucket
    ) AS buckets
  ) AS ends
), asked AS (
  SELECT
    windows.bucket AS quarter,
    COUNT(DISTINCT transactions.basket_id) AS baskets_year_to_date
  FROM facts.transactions AS transactions
  CROSS JOIN windows
  WHERE
    transactions.purchased_at >= windows.first_day
    AND transactions.purchased_at < CAST(windows.last_day + INTERVAL '1' DAY AS DATE)
  GROUP BY
    windows.bucket
), buckets AS (
  SELECT
    CAST(UNNEST(
      GENERATE_SERIES(CAST('2017-01-01' AS DATE), CAST('2017-12-31' AS DATE), INTERVAL '3' MONTH)
    ) AS DATE) AS quarter
)
SELECT
  buckets.quarter AS quarter,
  COALESCE(asked.baskets_year_to_date, 0) AS baskets_year_to_date
FROM buckets
LEFT JOIN asked
  ON buckets.quarter IS NOT DISTINCT FROM asked.quarter
ORDER BY
  quarter ASC
