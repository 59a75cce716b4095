WITH windows AS (
  SELECT
    bucket,
    CAST(last_day - INTERVAL '6' DAY AS DATE) AS first_day,
    last_day
  FROM (
    SELECT
      bucket,
      LEAST(bucket, CAST('2017-12-28' AS DATE)) AS last_day
    FROM (
      SELECT
        CAST(UNNEST(
          GENERATE_SERIES(CAST('2017-12-22' AS DATE), CAST('2017-12-28' AS DATE), INTERVAL '1' DAY)
        ) AS DATE) AS bucket
    ) AS buckets
  ) AS ends
), asked AS (
  SELECT
    windows.bucket AS date,
    COUNT(
      DISTINCT CASE
        WHEN NOT transactions.basket_id IS NULL
        AND NOT CAST(transactions.purchased_at AS DATE) IS NULL
        THEN (transactions.basket_id, CAST(transactions.purchased_at AS DATE))
      END
    ) AS baskets_in_window
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
      GENERATE_SERIES(CAST('2017-12-22' AS DATE), CAST('2017-12-28' AS DATE), INTERVAL '1' DAY)
    ) AS DATE) AS date
)
SELECT
  buckets.date AS date,
  CASE
    WHEN buckets.date >= CAST('2017-01-07' AS DATE)
    THEN COALESCE(asked.baskets_in_window, 0) / NULLIF(7, 0)
  END AS baskets_last_7_days_average
FROM buckets
LEFT JOIN asked
  ON buckets.date IS NOT DISTINCT FROM asked.date
ORDER BY
  date ASC
