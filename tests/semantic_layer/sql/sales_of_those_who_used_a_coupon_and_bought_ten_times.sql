WITH household_in_coupon_redemptions AS (
  SELECT DISTINCT
    coupon_redemptions.household_id AS household_id
  FROM facts.coupon_redemptions AS coupon_redemptions
  WHERE
    NOT coupon_redemptions.household_id IS NULL
    AND coupon_redemptions.redemption_date BETWEEN CAST('2017-01-01' AS DATE) AND CAST('2017-12-31' AS DATE)
), household_baskets AS (
  SELECT
    transactions.household_id AS household_id,
    COUNT(DISTINCT transactions.basket_id) AS baskets
  FROM facts.transactions AS transactions
  WHERE
    NOT transactions.household_id IS NULL
    AND transactions.purchased_at >= CAST('2017-11-01' AS DATE)
    AND transactions.purchased_at < CAST('2017-12-01' AS DATE)
  GROUP BY
    transactions.household_id
)
SELECT
  COALESCE(SUM(transactions.sales_value), 0) AS sales,
  COUNT(DISTINCT transactions.household_id) AS buyers
FROM facts.transactions AS transactions
LEFT JOIN household_baskets
  ON transactions.household_id = household_baskets.household_id
WHERE
  transactions.household_id IN (
    SELECT
      household_id
    FROM household_in_coupon_redemptions
  )
  AND household_baskets.baskets >= 10
  AND transactions.purchased_at >= CAST('2017-11-01' AS DATE)
  AND transactions.purchased_at < CAST('2017-12-01' AS DATE)
