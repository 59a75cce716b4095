WITH each_household AS (
  SELECT
    transactions.household_id AS household_key,
    COUNT(DISTINCT transactions.basket_id) AS figure
  FROM facts.transactions AS transactions
  WHERE
    transactions.purchased_at >= CAST('2017-11-01' AS DATE)
    AND transactions.purchased_at < CAST('2017-12-01' AS DATE)
    AND NOT transactions.household_id IS NULL
  GROUP BY
    transactions.household_id
)
SELECT
  COALESCE(demographics.age, 'Unknown') AS age,
  COUNT(*) FILTER(WHERE
    each_household.figure >= 2) / NULLIF(COUNT(*), 0) AS repeat_rate
FROM each_household
LEFT JOIN facts.demographics AS demographics
  ON each_household.household_key = demographics.household_id
GROUP BY
  COALESCE(demographics.age, 'Unknown')
ORDER BY
  CASE COALESCE(demographics.age, 'Unknown')
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
