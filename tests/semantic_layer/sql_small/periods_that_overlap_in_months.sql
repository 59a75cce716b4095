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
    last_day,
    CAST('2025-01-01' AS DATE) AS period,
    CAST('2025-02-28' AS DATE) AS period_end
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
  UNION
  SELECT
    bucket,
    CAST(last_day - INTERVAL '29' DAY AS DATE) AS first_day,
    last_day,
    CAST('2025-02-01' AS DATE) AS period,
    CAST('2025-02-10' AS DATE) AS period_end
  FROM (
    SELECT
      bucket,
      LEAST(
        CAST(CAST(bucket + INTERVAL '1' MONTH AS DATE) - INTERVAL '1' DAY AS DATE),
        CAST('2025-02-10' AS DATE)
      ) AS last_day
    FROM (
      SELECT
        CAST(UNNEST(
          GENERATE_SERIES(CAST('2025-02-01' AS DATE), CAST('2025-02-10' AS DATE), INTERVAL '1' MONTH)
        ) AS DATE) AS bucket
    ) AS buckets
  ) AS ends
), asked_sales AS (
  SELECT
    periods.first_day AS period,
    CAST(DATE_TRUNC('MONTH', sales.sold_on) AS DATE) AS month,
    SUM(sales.amount) AS amount
  FROM facts.sales AS sales
  CROSS JOIN (VALUES
    (CAST('2025-01-01' AS DATE), CAST('2025-02-28' AS DATE)),
    (CAST('2025-02-01' AS DATE), CAST('2025-02-10' AS DATE))) AS periods(first_day, last_day)
  WHERE
    sales.sold_on BETWEEN periods.first_day AND periods.last_day
  GROUP BY
    periods.first_day,
    CAST(DATE_TRUNC('MONTH', sales.sold_on) AS DATE)
), asked_sales_trailing AS (
  SELECT
    windows.period AS period,
    windows.bucket AS month,
    SUM(sales_by_day.amount) AS last_30_days
  FROM sales_by_day
  CROSS JOIN windows
  WHERE
    sales_by_day.day BETWEEN windows.first_day AND windows.last_day
  GROUP BY
    windows.period,
    windows.bucket
)
SELECT
  COALESCE(asked_sales.period, asked_sales_trailing.period) AS period,
  COALESCE(asked_sales.month, asked_sales_trailing.month) AS month,
  COALESCE(asked_sales.amount, 0) AS amount,
  COALESCE(asked_sales_trailing.last_30_days, 0) AS last_30_days
FROM asked_sales
FULL JOIN asked_sales_trailing
  ON asked_sales.period IS NOT DISTINCT FROM asked_sales_trailing.period
  AND asked_sales.month IS NOT DISTINCT FROM asked_sales_trailing.month
ORDER BY
  period ASC,
  month ASC
