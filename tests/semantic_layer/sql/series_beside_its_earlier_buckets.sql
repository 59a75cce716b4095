WITH asked AS (
  SELECT
    CAST(DATE_TRUNC('MONTH', coupon_redemptions.redemption_date) AS DATE) AS month,
    COUNT(*) AS redemptions
  FROM facts.coupon_redemptions AS coupon_redemptions
  WHERE
    coupon_redemptions.redemption_date BETWEEN CAST('2017-07-01' AS DATE) AND CAST('2017-09-30' AS DATE)
  GROUP BY
    CAST(DATE_TRUNC('MONTH', coupon_redemptions.redemption_date) AS DATE)
), earlier AS (
  SELECT
    CAST(CAST(DATE_TRUNC('MONTH', coupon_redemptions.redemption_date) AS DATE) + INTERVAL '1' MONTH AS DATE) AS month,
    COUNT(*) AS redemptions
  FROM facts.coupon_redemptions AS coupon_redemptions
  WHERE
    coupon_redemptions.redemption_date BETWEEN CAST('2017-06-01' AS DATE) AND CAST('2017-08-31' AS DATE)
  GROUP BY
    CAST(CAST(DATE_TRUNC('MONTH', coupon_redemptions.redemption_date) AS DATE) + INTERVAL '1' MONTH AS DATE)
), buckets AS (
  SELECT
    CAST(UNNEST(
      GENERATE_SERIES(CAST('2017-07-01' AS DATE), CAST('2017-09-30' AS DATE), INTERVAL '1' MONTH)
    ) AS DATE) AS month
)
SELECT
  buckets.month AS month,
  COALESCE(asked.redemptions, 0) AS redemptions,
  COALESCE(earlier.redemptions, 0) AS redemptions_previous,
  COALESCE(asked.redemptions, 0) - COALESCE(earlier.redemptions, 0) AS redemptions_change,
  (
    COALESCE(asked.redemptions, 0) - COALESCE(earlier.redemptions, 0)
  ) / NULLIF(COALESCE(earlier.redemptions, 0), 0) AS redemptions_growth
FROM buckets
LEFT JOIN asked
  ON buckets.month IS NOT DISTINCT FROM asked.month
LEFT JOIN earlier
  ON buckets.month IS NOT DISTINCT FROM earlier.month
ORDER BY
  month ASC
