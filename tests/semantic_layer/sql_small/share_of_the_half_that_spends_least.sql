WITH customer_amount AS (
  SELECT
    sales.customer_id AS customer_id,
    SUM(sales.amount) AS amount
  FROM facts.sales AS sales
  WHERE
    NOT sales.customer_id IS NULL
    AND sales.sold_on BETWEEN CAST('2025-01-05' AS DATE) AND CAST('2025-02-28' AS DATE)
  GROUP BY
    sales.customer_id
), customer_by_amount AS (
  SELECT
    who.customer_id,
    RANK() OVER (ORDER BY COALESCE(who.amount, 0) ASC) / COUNT(*) OVER () AS place
  FROM customer_amount AS who
), asked AS (
  SELECT
    SUM(sales.amount) AS amount
  FROM facts.sales AS sales
  LEFT JOIN customer_by_amount
    ON sales.customer_id = customer_by_amount.customer_id
  WHERE
    customer_by_amount.place <= 0.5
    AND sales.sold_on BETWEEN CAST('2025-01-05' AS DATE) AND CAST('2025-02-28' AS DATE)
), whole AS (
  SELECT
    SUM(sales.amount) AS amount
  FROM facts.sales AS sales
  WHERE
    sales.sold_on BETWEEN CAST('2025-01-05' AS DATE) AND CAST('2025-02-28' AS DATE)
)
SELECT
  COALESCE(asked.amount, 0) AS amount,
  COALESCE(asked.amount, 0) / NULLIF(COALESCE(whole.amount, 0), 0) AS amount_share
FROM asked
CROSS JOIN whole
