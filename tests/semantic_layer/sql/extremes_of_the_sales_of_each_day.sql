WITH each_date AS (
  SELECT
    COALESCE(products.department, 'Unknown') AS department,
    CAST(transactions.purchased_at AS DATE) AS one,
    COALESCE(SUM(transactions.sales_value), 0) AS sales
  FROM facts.transactions AS transactions
  LEFT JOIN facts.products AS products
    ON transactions.product_id = products.product_id
  WHERE
    products.department IN ('MEAT', 'DELI')
    AND transactions.purchased_at >= CAST('2017-01-01' AS DATE)
    AND transactions.purchased_at < CAST('2018-01-01' AS DATE)
    AND NOT CAST(transactions.purchased_at AS DATE) IS NULL
  GROUP BY
    COALESCE(products.department, 'Unknown'),
    CAST(transactions.purchased_at AS DATE)
)
SELECT
  each_date.department AS department,
  MIN(each_date.sales) AS sales_min,
  MAX(each_date.sales) AS sales_max
FROM each_date
GROUP BY
  each_date.department
QUALIFY
  RANK() OVER (ORDER BY MAX(each_date.sales) DESC) <= 1
ORDER BY
  sales_max DESC,
  department ASC
