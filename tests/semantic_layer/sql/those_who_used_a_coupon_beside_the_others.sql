WITH household_in_coupon_redemptions AS (
  SELECT DISTINCT
    coupon_redemptions.household_id AS household_id
  FROM facts.coupon_redemptions AS coupon_redemptions
  WHERE
    NOT coupon_redemptions.household_id IS NULL
    AND coupon_redemptions.redemption_date BETWEEN CAST('2017-11-01' AS DATE) AND CAST('2017-11-30' AS DATE)
)
SELECT
  CASE
    WHEN NOT transactions.household_id IS NULL
    THEN (
      transactions.household_id IN (
        SELECT
          household_id
        FROM household_in_coupon_redemptions
      )
    ) IS TRUE
  END AS meets,
  COALESCE(SUM(transactions.sales_value), 0) / NULLIF(COUNT(DISTINCT transactions.basket_id), 0) AS avg_basket_value,
  COUNT(DISTINCT transactions.household_id) AS buyers
FROM facts.transactions AS transactions
WHERE
  transactions.purchased_at >= CAST('2017-11-01' AS DATE)
  AND transactions.purchased_at < CAST('2017-12-01' AS DATE)
GROUP BY
  CASE
    WHEN NOT transactions.household_id IS NULL
    THEN (
      transactions.household_id IN (
        SELECT
          household_id
        FROM household_in_coupon_redemptions
      )
    ) IS TRUE
  END
ORDER BY
  avg_basket_value DESC,
  meets ASC
