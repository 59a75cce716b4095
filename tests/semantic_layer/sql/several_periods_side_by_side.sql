WITH asked AS (
  SELECT
    periods.first_day AS period,
    SUM(transactions.sales_value) AS sales
  FROM facts.transactions AS transactions
  CROSS JOIN (VALUES
    (CAST('2017-11-01' AS DATE), CAST('2017-11-30' AS DATE)),
    (CAST('2017-11-20' AS DATE), CAST('2017-12-31' AS DATE))) AS periods(first_day, last_day)
  WHERE
    transactions.purchased_at >= periods.first_day
    AND transactions.purchased_at < CAST(periods.last_day + INTERVAL '1' DAY AS DATE)
  GROUP BY
    periods.first_day
), buckets AS (
  SELECT
    periods.first_day AS period
  FROM (VALUES
    (CAST('2017-11-01' AS DATE), CAST('2017-11-30' AS DATE)),
    (CAST('2017-11-20' AS DATE), CAST('2017-12-31' AS DATE))) AS periods(first_day, last_day)
)
SELECT
  buckets.period AS period,
  COALESCE(asked.sales, 0) AS sales
FROM buckets
LEFT JOIN asked
  ON buckets.period IS NOT DISTINCT FROM asked.period
ORDER BY
  period ASC
