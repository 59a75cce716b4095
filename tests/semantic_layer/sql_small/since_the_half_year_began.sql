WITH asked_sales_trailing AS (
  SELECT
    SUM(sales.amount) AS so_far
  FROM facts.sales AS sales
  WHERE
    sales.sold_on BETWEEN CAST('2025-01-01' AS DATE) AND CAST('2025-02-28' AS DATE)
), asked_sales AS (
  SELECT
    SUM(sales.amount) AS amount
  FROM facts.sales AS sales
  WHERE
    sales.sold_on BETWEEN CAST('2025-02-01' AS DATE) AND CAST('2025-02-28' AS DATE)
)
SELECT
  COALESCE(asked_sales_trailing.so_far, 0) AS so_far,
  COALESCE(asked_sales.amount, 0) AS amount
FROM asked_sales_trailing
CROSS JOIN asked_sales
