WITH asked AS (
  SELECT
    CAST(DATE_TRUNC('QUARTER', transactions.purchased_at) AS DATE) AS quarter,
    COALESCE(demographics.home_ownership, 'Unknown') AS home_ownership,
    COUNT(DISTINCT transactions.household_id) AS buyers
  FROM facts.transactions AS transactions
  LEFT JOIN facts.demographics AS demographics
    ON transactions.household_id = demographics.household_id
  WHERE
    NOT (
      demographics.home_ownership IS NULL OR demographics.home_ownership = 'Unknown'
    )
    AND transactions.purchased_at >= CAST('2017-01-01' AS DATE)
    AND transactions.purchased_at < CAST('2018-01-01' AS DATE)
  GROUP BY
    CAST(DATE_TRUNC('QUARTER', transactions.purchased_at) AS DATE),
    COALESCE(demographics.home_ownership, 'Unknown')
), whole AS (
  SELECT
    CAST(DATE_TRUNC('QUARTER', transactions.purchased_at) AS DATE) AS quarter,
    COUNT(DISTINCT transactions.household_id) AS buyers
  FROM facts.transactions AS transactions
  WHERE
    transactions.purchased_at >= CAST('2017-01-01' AS DATE)
    AND transactions.purchased_at < CAST('2018-01-01' AS DATE)
  GROUP BY
    CAST(DATE_TRUNC('QUARTER', transactions.purchased_at) AS DATE)
)
SELECT
  asked.quarter AS quarter,
  asked.home_ownership AS home_ownership,
  COALESCE(asked.buyers, 0) AS buyers,
  COALESCE(asked.buyers, 0) / NULLIF(COALESCE(whole.buyers, 0), 0) AS buyers_share
FROM asked
LEFT JOIN whole
  ON asked.quarter IS NOT DISTINCT FROM whole.quarter
ORDER BY
  quarter ASC,
  home_ownership ASC
