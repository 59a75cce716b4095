WITH redemption_baskets AS (
  WITH days AS (
    SELECT DISTINCT
      household_id,
      campaign_id,
      redemption_date
    FROM facts.coupon_redemptions AS coupon_redemptions
  ), shared AS (
    SELECT
      household_id,
      campaign_id,
      redemption_date,
      COUNT(*) OVER (PARTITION BY household_id, redemption_date) AS k
    FROM days
  ), spent AS (
    SELECT
      household_id,
      CAST(purchased_at AS DATE) AS day,
      SUM(sales_value) AS sales_value,
      SUM(coupon_disc) AS coupon_disc,
      SUM(coupon_match_disc) AS coupon_match_disc
    FROM facts.transactions AS transactions
    GROUP BY
      household_id,
      CAST(purchased_at AS DATE)
  )
  SELECT
    shared.household_id,
    shared.campaign_id,
    shared.redemption_date,
    CAST(spent.sales_value / shared.k AS DECIMAL(18, 6)) AS sales_share,
    CAST(spent.coupon_disc / shared.k AS DECIMAL(18, 6)) AS coupon_share,
    CAST(spent.coupon_match_disc / shared.k AS DECIMAL(18, 6)) AS match_share
  FROM shared
  JOIN spent
    ON spent.household_id = shared.household_id AND spent.day = shared.redemption_date
), asked_campaigns AS (
  SELECT
    COALESCE(campaign_descriptions.campaign_type, 'Unknown') AS campaign_type,
    COUNT(
      DISTINCT CASE
        WHEN NOT campaigns.campaign_id IS NULL AND NOT campaigns.household_id IS NULL
        THEN (campaigns.campaign_id, campaigns.household_id)
      END
    ) AS contacts
  FROM facts.campaigns AS campaigns
  LEFT JOIN facts.campaign_descriptions AS campaign_descriptions
    ON campaigns.campaign_id = campaign_descriptions.campaign_id
  GROUP BY
    COALESCE(campaign_descriptions.campaign_type, 'Unknown')
), asked_redemption_baskets AS (
  SELECT
    COALESCE(campaign_descriptions.campaign_type, 'Unknown') AS campaign_type,
    SUM(redemption_baskets.coupon_share) AS shared_coupon,
    SUM(redemption_baskets.match_share) AS shared_match
  FROM redemption_baskets AS redemption_baskets
  LEFT JOIN facts.campaign_descriptions AS campaign_descriptions
    ON redemption_baskets.campaign_id = campaign_descriptions.campaign_id
  WHERE
    redemption_baskets.redemption_date BETWEEN CAST('2017-01-01' AS DATE) AND CAST('2017-12-31' AS DATE)
  GROUP BY
    COALESCE(campaign_descriptions.campaign_type, 'Unknown')
)
SELECT
  COALESCE(asked_campaigns.campaign_type, asked_redemption_baskets.campaign_type) AS campaign_type,
  (
    COALESCE(asked_campaigns.contacts, 0) * 1
  ) + (
    (
      0 * COALESCE(asked_redemption_baskets.shared_coupon, 0)
    ) + (
      0 * COALESCE(asked_redemption_baskets.shared_match, 0)
    )
  ) AS campaign_cost
FROM asked_campaigns
FULL JOIN asked_redemption_baskets
  ON asked_campaigns.campaign_type IS NOT DISTINCT FROM asked_redemption_baskets.campaign_type
ORDER BY
  campaign_cost DESC,
  campaign_type ASC
