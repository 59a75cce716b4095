SELECT
  COALESCE(regions.country, 'Unknown') AS country,
  COALESCE(ship_regions.country, 'Unknown') AS ship_country,
  COALESCE(SUM(sales.amount), 0) AS amount
FROM facts.sales AS sales
LEFT JOIN facts.regions AS regions
  ON sales.bill_id = regions.region_id
LEFT JOIN facts.regions AS ship_regions
  ON sales.ship_id = ship_regions.region_id
WHERE
  sales.sold_on BETWEEN CAST('2025-01-05' AS DATE) AND CAST('2025-02-28' AS DATE)
GROUP BY
  COALESCE(regions.country, 'Unknown'),
  COALESCE(ship_regions.country, 'Unknown')
ORDER BY
  amount DESC,
  country ASC,
  ship_country ASC
