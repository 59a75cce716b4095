WITH household_in_coupon_redemptions AS (
  SELECT DISTINCT
    coupon_redemptions.household_id AS household_id
  FROM facts.coupon_redemptions AS coupon_redemptions
  LEFT JOIN facts.campaign_descriptions AS campaign_descriptions
    ON coupon_redemptions.campaign_id = campaign_descriptions.campaign_id
  WHERE
    NOT coupon_redemptions.household_id IS NULL
    AND coupon_redemptions.redemption_date <= CAST('2017-12-31' AS DATE)
    AND coupon_redemptions.redemption_date BETWEEN campaign_descriptions.start_date AND CAST(campaign_descriptions.start_date + INTERVAL '14' DAY AS DATE)
    AND coupon_redemptions.campaign_id = 18
), asked AS (
  SELECT
    COUNT(DISTINCT campaigns.household_id) AS targeted
  FROM facts.campaigns AS campaigns
  WHERE
    campaigns.campaign_id = 18
    AND campaigns.household_id IN (
      SELECT
        household_id
      FROM household_in_coupon_redemptions
    )
), whole AS (
  SELECT
    COUNT(DISTINCT campaigns.household_id) AS targeted
  FROM facts.campaigns AS campaigns
  WHERE
    campaigns.campaign_id = 18
)
SELECT
  COALESCE(asked.targeted, 0) AS targeted,
  COALESCE(asked.targeted, 0) / NULLIF(COALESCE(whole.targeted, 0), 0) AS targeted_share
FROM asked
CROSS JOIN whole
