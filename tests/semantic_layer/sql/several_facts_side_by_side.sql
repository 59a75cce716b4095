WITH asked_transactions AS (
  SELECT
    COALESCE(demographics.age, 'Unknown') AS age,
    SUM(transactions.sales_value) AS sales
  FROM facts.transactions AS transactions
  LEFT JOIN facts.demographics AS demographics
    ON transactions.household_id = demographics.household_id
  WHERE
    demographics.age IN ('19-24', '65+')
    AND transactions.purchased_at >= CAST('2017-01-01' AS DATE)
    AND transactions.purchased_at < CAST('2018-01-01' AS DATE)
  GROUP BY
    COALESCE(demographics.age, 'Unknown')
), asked_coupon_redemptions AS (
  SELECT
    COALESCE(demographics.age, 'Unknown') AS age,
    COUNT(*) AS redemptions
  FROM facts.coupon_redemptions AS coupon_redemptions
  LEFT JOIN facts.demographics AS demographics
    ON coupon_redemptions.household_id = demographics.household_id
  WHERE
    demographics.age IN ('19-24', '65+')
    AND coupon_redemptions.redemption_date BETWEEN CAST('2017-01-01' AS DATE) AND CAST('2017-12-31' AS DATE)
  GROUP BY
    COALESCE(demographics.age, 'Unknown')
), asked_campaigns AS (
  SELECT
    COALESCE(demographics.age, 'Unknown') AS age,
    COUNT(DISTINCT campaigns.household_id) AS targeted
  FROM facts.campaigns AS campaigns
  LEFT JOIN facts.demographics AS demographics
    ON campaigns.household_id = demographics.household_id
  WHERE
    demographics.age IN ('19-24', '65+')
  GROUP BY
    COALESCE(demographics.age, 'Unknown')
)
SELECT
  COALESCE(
    COALESCE(asked_transactions.age, asked_coupon_redemptions.age),
    asked_campaigns.age
  ) AS age,
  COALESCE(asked_transactions.sales, 0) AS sales,
  COALESCE(asked_coupon_redemptions.redemptions, 0) AS redemptions,
  COALESCE(asked_campaigns.targeted, 0) AS targeted
FROM asked_transactions
FULL JOIN asked_coupon_redemptions
  ON asked_transactions.age IS NOT DISTINCT FROM asked_coupon_redemptions.age
FULL JOIN asked_campaigns
  ON COALESCE(asked_transactions.age, asked_coupon_redemptions.age) IS NOT DISTINCT FROM asked_campaigns.age
ORDER BY
  CASE COALESCE(
      COALESCE(asked_transactions.age, asked_coupon_redemptions.age),
      asked_campaigns.age
    )
    WHEN '19-24'
    THEN 0
    WHEN '25-34'
    THEN 1
    WHEN '35-44'
    THEN 2
    WHEN '45-54'
    THEN 3
    WHEN '55-64'
    THEN 4
    WHEN '65+'
    THEN 5
    ELSE 6
  END ASC
