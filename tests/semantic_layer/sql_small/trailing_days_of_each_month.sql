WITH windows AS (
  SELECT
    bucket,
    CAST(last_day - INTERVAL '29' DAY AS DATE) AS first_day,
    last_day
  FROM (
    SELECT
      bucket,
      CASE
        WHEN CAST(CAST(bucket + INTERVAL '1' MONTH AS DATE) - INTERVAL '1' DAY AS DATE) IS NULL
        OR CAST('2025-02-28' AS DATE) IS NULL
        THEN NULL
        ELSE LEAST(
          CAST(CAST(bucket + INTERVAL '1' MONTH AS DATE) - INTERVAL '1' DAY AS DATE),
          CAST('2025-02-28' AS DATE)
        )
      END AS last_day
    FROM (
      SELECT
        CAST(UNNEST(
          GENERATE_SERIES(CAST('2025-01-01' AS DATE), CAST('2025-02-28' AS DATE), INTERVAL '1' MONTH)
        ) AS DATE) AS bucket
    ) AS buckets
  ) AS ends
), asked AS (
  SELECT
    windows.bucket AS month,
    SUM(sales.amount) AS last_30_days
  FROM facts.sales AS sales
  CROSS JOIN windows
  WHERE
    sales.sold_on BETWEEN windows.first_day AND windows.last_day
  GROUP BY
    windows.bucket
), buckets AS (
  SELECT
    CAST(UNNEST(
      GENERATE_SERIES(CAST('2025-01-01' AS DATE), CAST('2025-02-28' AS DATE), INTERVAL '1' MONTH)
    ) AS DATE) AS month
)
SELECT
  buckets.month AS month,
  COALESCE(asked.last_30_days, 0) AS last_30_days
FROM buckets
LEFT JOIN asked
  ON buckets.month IS NOT DISTINCT FROM asked.month
ORDER BY
  month ASC
