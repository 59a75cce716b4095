WITH first_visits AS (
  SELECT
    visits.customer_id AS customer_id,
    MIN(visits.came_at) AS first_time
  FROM facts.visits AS visits
  WHERE
    NOT visits.customer_id IS NULL
  GROUP BY
    visits.customer_id
), customer_in_sales AS (
  SELECT DISTINCT
    sales.customer_id AS customer_id
  FROM facts.sales AS sales
  LEFT JOIN first_visits
    ON sales.customer_id = first_visits.customer_id
  WHERE
    NOT sales.customer_id IS NULL
    AND sales.sold_on <= CAST('2025-03-31' AS DATE)
    AND sales.sold_on BETWEEN CAST(CAST(first_visits.first_time AS DATE) + INTERVAL '1' DAY AS DATE) AND CAST(CAST(first_visits.first_time AS DATE) + INTERVAL '7' DAY AS DATE)
), members AS (
  SELECT DISTINCT
    sales.customer_id AS customer_id
  FROM facts.sales AS sales
  WHERE
    NOT sales.customer_id IS NULL
)
SELECT
  members.customer_id AS customer_id
FROM members
WHERE
  members.customer_id IN (
    SELECT
      customer_id
    FROM customer_in_sales
  )
ORDER BY
  customer_id ASC
