WITH started AS (
  SELECT
    CAST(DATE_TRUNC('MONTH', visits.came_at) AS DATE) AS month,
    visits.customer_id AS customer_key,
    visits.came_at AS started_at
  FROM facts.visits AS visits
  WHERE
    visits.came_at >= CAST('2025-01-01' AS DATE)
    AND visits.came_at < CAST('2025-02-27' AS DATE)
    AND NOT visits.customer_id IS NULL
), done AS (
  SELECT
    sales.customer_id AS customer_key,
    sales.sold_on AS done_at
  FROM facts.sales AS sales
  WHERE
    NOT sales.customer_id IS NULL AND sales.sold_on <= CAST('2025-03-31' AS DATE)
), asked_bought AS (
  SELECT
    started.month AS month,
    COUNT(DISTINCT started.customer_key) AS bought_converted
  FROM started
  INNER JOIN done
    ON done.customer_key = started.customer_key
    AND done.done_at BETWEEN CAST(started.started_at AS DATE) AND CAST(CAST(started.started_at AS DATE) + INTERVAL '7' DAY AS DATE)
  GROUP BY
    started.month
), asked_visits AS (
  SELECT
    CAST(DATE_TRUNC('MONTH', visits.came_at) AS DATE) AS month,
    COUNT(DISTINCT visits.customer_id) AS bought_started
  FROM facts.visits AS visits
  WHERE
    visits.came_at >= CAST('2025-01-01' AS DATE)
    AND visits.came_at < CAST('2025-02-27' AS DATE)
  GROUP BY
    CAST(DATE_TRUNC('MONTH', visits.came_at) AS DATE)
), buckets AS (
  SELECT
    CAST(UNNEST(
      GENERATE_SERIES(CAST('2025-01-01' AS DATE), CAST('2025-02-26' AS DATE), INTERVAL '1' MONTH)
    ) AS DATE) AS month
)
SELECT
  buckets.month AS month,
  COALESCE(asked_bought.bought_converted, 0) / NULLIF(asked_visits.bought_started, 0) AS bought
FROM buckets
LEFT JOIN asked_bought
  ON buckets.month IS NOT DISTINCT FROM asked_bought.month
LEFT JOIN asked_visits
  ON buckets.month IS NOT DISTINCT FROM asked_visits.month
ORDER BY
  month ASC
