WITH each_household AS (
  SELECT
    COALESCE(demographics.age, 'Unknown') AS age,
    transactions.household_id AS one,
    COUNT(DISTINCT transactions.store_id) AS store,
    COALESCE(COUNT(DISTINCT transactions.household_id), 0) AS _group_size
  FROM facts.transactions AS transactions
  LEFT JOIN facts.demographics AS demographics
    ON transactions.household_id = demographics.household_id
  WHERE
    transactions.purchased_at >= CAST('2017-11-01' AS DATE)
    AND transactions.purchased_at < CAST('2017-12-01' AS DATE)
    AND NOT transactions.household_id IS NULL
  GROUP BY
    COALESCE(demographics.age, 'Unknown'),
    transactions.household_id
)
SELECT
  each_household.age AS age,
  AVG(each_household.store) AS store_mean,
  SUM(each_household._group_size) AS _group_size_1
FROM each_household
GROUP BY
  each_household.age
ORDER BY
  CASE each_household.age
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
