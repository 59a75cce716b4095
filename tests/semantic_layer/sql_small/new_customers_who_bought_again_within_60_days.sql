WITH first_sales AS (
  SELECT
    sales.customer_id AS customer_id,
    MIN(sales.sold_on) AS first_time
  FROM facts.sales AS sales
  WHERE
    NOT sales.customer_id IS NULL
  GROUP BY
    sales.customer_id
), customer_in_sales AS (
  SELECT DISTINCT
    sales.customer_id AS customer_id
  FROM facts.sales AS sales
  LEFT JOIN first_sales
    ON sales.customer_id = first_sales.customer_id
  WHERE
    NOT sales.customer_id IS NULL
    AND sales.sold_on <= CAST('2025-03-31' AS DATE)
    AND sales.sold_on BETWEEN CAST(first_sales.first_time + INTERVAL '1' DAY AS DATE) AND CAST(first_sales.first_time + INTERVAL '60' DAY AS DATE)
), asked AS (
  SELECT
    CAST(DATE_TRUNC('MONTH', sales.sold_on) AS DATE) AS month,
    COUNT(DISTINCT sales.customer_id) FILTER(WHERE
      sales.sold_on = first_sales.first_time) AS new_customers
  FROM facts.sales AS sales
  LEFT JOIN first_sales
    ON sales.customer_id = first_sales.customer_id
  WHERE
    sales.customer_id IN (
      SELECT
        customer_id
      FROM customer_in_sales
    )
    AND sales.sold_on BETWEEN CAST('2025-01-05' AS DATE) AND CAST('2025-02-28' AS DATE)
  GROUP BY
    CAST(DATE_TRUNC('MONTH', sales.sold_on) AS DATE)
), whole AS (
  SELECT
    CAST(DATE_TRUNC('MONTH', first_sales.first_time) AS DATE) AS month,
    COUNT(*) AS new_customers
  FROM first_sales
  WHERE
    first_sales.first_time BETWEEN CAST('2025-01-05' AS DATE) AND CAST('2025-02-28' AS DATE)
  GROUP BY
    CAST(DATE_TRUNC('MONTH', first_sales.first_time) AS DATE)
), buckets AS (
  SELECT
    CAST(UNNEST(
      GENERATE_SERIES(CAST('2025-01-01' AS DATE), CAST('2025-02-28' AS DATE), INTERVAL '1' MONTH)
    ) AS DATE) AS month
)
SELECT
  buckets.month AS month,
  COALESCE(asked.new_customers, 0) AS new_customers,
  COALESCE(asked.new_customers, 0) / NULLIF(COALESCE(whole.new_customers, 0), 0) AS new_customers_share
FROM buckets
LEFT JOIN asked
  ON buckets.month IS NOT DISTINCT FROM asked.month
LEFT JOIN whole
  ON buckets.month IS NOT DISTINCT FROM whole.month
ORDER BY
  month ASC
