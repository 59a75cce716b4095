WITH stock_days AS (
  SELECT
    CAST(DATE_TRUNC('MONTH', stock.counted_on) AS DATE) AS month,
    MAX(stock.counted_on) AS day
  FROM facts.stock AS stock
  WHERE
    stock.counted_on BETWEEN CAST('2025-01-30' AS DATE) AND CAST('2025-02-27' AS DATE)
  GROUP BY
    CAST(DATE_TRUNC('MONTH', stock.counted_on) AS DATE)
)
SELECT
  CAST(DATE_TRUNC('MONTH', stock.counted_on) AS DATE) AS month,
  stock.item_id AS item_id,
  SUM(stock.pieces) AS on_hand
FROM facts.stock AS stock
INNER JOIN stock_days
  ON stock.counted_on = stock_days.day
  AND CAST(DATE_TRUNC('MONTH', stock.counted_on) AS DATE) = stock_days.month
WHERE
  stock.counted_on BETWEEN CAST('2025-01-30' AS DATE) AND CAST('2025-02-27' AS DATE)
GROUP BY
  CAST(DATE_TRUNC('MONTH', stock.counted_on) AS DATE),
  stock.item_id
ORDER BY
  month ASC,
  item_id ASC
