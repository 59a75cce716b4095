WITH sales_by_day AS (
  SELECT
    sales.sold_on AS day,
    SUM(sales.amount) AS amount
  FROM facts.sales AS sales
  WHERE
    sales.sold_on BETWEEN CAST('2025-01-02' AS DATE) AND CAST('2025-02-28' AS DATE)
  GROUP BY
    sales.sold_on
), windows AS (
  SELECT
    bucket,
    CAST(last_day - INTERVAL '29' DAY AS DATE) AS first_day,
    last_day
  FROM (
    SELECT
      bucket,
      LEAST(
        CAST(CAST(bucket + INTERVAL '1' MONTH AS DATE) - INTERVAL '1' DAY AS DATE),
        CAST('2025-02-28' AS DATE)
      ) AS last_day
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
    SUM(sales_by_day.amount) AS last_30_days
  FROM sales_by_day
  CROSS JOIN windows
  WHERE
    sales_by_day.day BETWEEN windows.first_day AND windows.last_day
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
