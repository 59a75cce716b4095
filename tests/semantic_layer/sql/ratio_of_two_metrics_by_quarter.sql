WITH asked AS (
  SELECT
    CAST(DATE_TRUNC('QUARTER', transactions.purchased_at) AS DATE) AS quarter,
    SUM(transactions.sales_value) AS sales,
    COUNT(DISTINCT transactions.basket_id) AS baskets
  FROM facts.transactions AS transactions
  WHERE
    transactions.purchased_at >= CAST('2017-01-01' AS DATE)
    AND transactions.purchased_at < CAST('2018-01-01' AS DATE)
  GROUP BY
    CAST(DATE_TRUNC('QUARTER', transactions.purchased_at) AS DATE)
), buckets AS (
  SELECT
    CAST(UNNEST(
      GENERATE_SERIES(CAST('2017-01-01' AS DATE), CAST('2017-12-31' AS DATE), INTERVAL '3' MONTH)
    ) AS DATE) AS quarter
)
SELECT
  buckets.quarter AS quarter,
  COALESCE(asked.sales, 0) / NULLIF(COALESCE(asked.baskets, 0), 0) AS avg_basket_value
FROM buckets
LEFT JOIN asked
  ON buckets.quarter IS NOT DISTINCT FROM asked.quarter
ORDER BY
  quarter ASC
