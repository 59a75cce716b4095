WITH customer_lines AS (
  SELECT
    sales.customer_id AS customer_id,
    COUNT(*) AS lines
  FROM facts.sales AS sales
  WHERE
    NOT sales.customer_id IS NULL
    AND sales.sold_on BETWEEN CAST('2025-01-05' AS DATE) AND CAST('2025-02-28' AS DATE)
  GROUP BY
    sales.customer_id
), asked AS (
  SELECT
    CAST(DATE_TRUNC('QUARTER', sales.sold_on) AS DATE) AS fiscal_quarter,
    SUM(sales.amount) AS amount
  FROM facts.sales AS sales
  LEFT JOIN customer_lines
    ON sales.customer_id = customer_lines.customer_id
  WHERE
    customer_lines.lines >= 2
    AND sales.sold_on BETWEEN CAST('2025-01-05' AS DATE) AND CAST('2025-02-28' AS DATE)
  GROUP BY
    CAST(DATE_TRUNC('QUARTER', sales.sold_on) AS DATE)
), buckets AS (
  SELECT
    CAST(UNNEST(
      GENERATE_SERIES(CAST('2025-01-01' AS DATE), CAST('2025-02-28' AS DATE), INTERVAL '3' MONTH)
    ) AS DATE) AS fiscal_quarter
)
SELECT
  buckets.fiscal_quarter AS fiscal_quarter,
  COALESCE(asked.amount, 0) AS amount
FROM buckets
LEFT JOIN asked
  ON buckets.fiscal_quarter IS NOT DISTINCT FROM asked.fiscal_quarter
ORDER BY
  fiscal_quarter ASC
