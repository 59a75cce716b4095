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
    RANK() OVER (ORDER BY COALESCE(who.amount, 0) DESC) AS place
  FROM customer_amount AS who
), asked AS (
  SELECT
    CAST(DATE_TRUNC('MONTH', sales.sold_on) AS DATE) AS month,
    SUM(sales.amount) AS amount
  FROM facts.sales AS sales
  LEFT JOIN customer_by_amount
    ON sales.customer_id = customer_by_amount.customer_id
  WHERE
    customer_by_amount.place <= 1
    AND sales.sold_on BETWEEN CAST('2025-01-05' AS DATE) AND CAST('2025-02-28' AS DATE)
  GROUP BY
    CAST(DATE_TRUNC('MONTH', sales.sold_on) AS DATE)
), buckets AS (
  SELECT
    CAST(UNNEST(
      GENERATE_SERIES(CAST('2025-01-01' AS DATE), CAST('2025-02-28' AS DATE), INTERVAL '1' MONTH)
    ) AS DATE) AS month
)
SELECT
  buckets.month AS month,
  COALESCE(asked.amount, 0) AS amount
FROM buckets
LEFT JOIN asked
  ON buckets.month IS NOT DISTINCT FROM asked.month
ORDER BY
  month ASC
