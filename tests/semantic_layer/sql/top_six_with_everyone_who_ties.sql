SELECT
  coupon_redemptions.campaign_id AS campaign_id,
  COUNT(*) AS redemptions
FROM facts.coupon_redemptions AS coupon_redemptions
WHERE
  coupon_redemptions.redemption_date BETWEEN CAST('2017-01-01' AS DATE) AND CAST('2017-12-31' AS DATE)
GROUP BY
  coupon_redemptions.campaign_id
QUALIFY
  RANK() OVER (ORDER BY COUNT(*) DESC) <= 6
ORDER BY
  redemptions DESC,
  campaign_id ASC
