WITH customer_in_visits AS (
  SELECT DISTINCT
    visits.customer_id AS customer_id
  FROM facts.visits AS visits
  WHERE
    NOT visits.customer_id IS NULL
    AND CAST(visits.came_at AS DATE) <= CAST('2025-03-31' AS DATE)
), customer_lines AS (
  SELECT
    sales.customer_id AS customer_id,
    COUNT(*) AS lines
  FROM facts.sales AS sales
  WHERE
    NOT sales.customer_id IS NULL AND sales.sold_on <= CAST('2025-03-31' AS DATE)
  GROUP BY
    sales.customer_id
), members AS (
  SELECT
    visits.customer_id AS customer_id
  FROM facts.visits AS visits
  WHERE
    NOT visits.customer_id IS NULL
  UNION
  SELECT
    sales.customer_id AS customer_id
  FROM facts.sales AS sales
  WHERE
    NOT sales.customer_id IS NULL
)
SELECT
  members.customer_id AS customer_id
FROM members
LEFT JOIN customer_lines
  ON members.customer_id = customer_lines.customer_id
WHERE
  members.customer_id IN (
    SELECT
      customer_id
    FROM customer_in_visits
  )
  AND CASE
    WHEN NOT members.customer_id IS NULL
    THEN COALESCE(customer_lines.lines, 0)
  END <= 1
ORDER BY
  customer_id ASC
