SELECT
  COALESCE(campaign_descriptions.campaign_type, 'Unknown') AS campaign_type,
  COUNT(DISTINCT campaigns.household_id) AS targeted,
  COUNT(
    DISTINCT CASE
      WHEN NOT campaigns.campaign_id IS NULL AND NOT campaigns.household_id IS NULL
      THEN (campaigns.campaign_id, campaigns.household_id)
    END
  ) AS contacts
FROM facts.campaigns AS campaigns
LEFT JOIN facts.campaign_descriptions AS campaign_descriptions
  ON campaigns.campaign_id = campaign_descriptions.campaign_id
WHERE
  campaign_descriptions.start_date <= CAST('2017-11-30' AS DATE)
  AND campaign_descriptions.end_date >= CAST('2017-11-01' AS DATE)
GROUP BY
  COALESCE(campaign_descriptions.campaign_type, 'Unknown')
ORDER BY
  targeted DESC,
  campaign_type ASC
