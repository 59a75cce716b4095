-- What the gold SQL of the golden set of complete_journey reads; tables, so that each is computed once.
-- Written from the glossary alone, over the raw tables (money columns as DECIMAL(18,2)).
-- ts, d, hour ...: business time (America/New_York); the stored timestamp is UTC without a zone.
-- Left joins everywhere; a missing value is 'Unknown'. Ids that are shown as a dimension are text.

CREATE TABLE demo AS
SELECT household_id, age, income, home_ownership, marital_status, household_size, household_comp, kids_count
FROM demographics;

CREATE TABLE tx0 AS
SELECT t.household_id, CAST(t.store_id AS VARCHAR) AS store_id, t.basket_id, t.product_id, t.quantity,
       t.sales_value, t.retail_disc, t.coupon_disc, t.coupon_match_disc,
       timezone('America/New_York', timezone('UTC', t.transaction_timestamp)) AS ts
FROM transactions t;

CREATE TABLE tx AS
SELECT x.household_id, x.store_id, x.basket_id, x.product_id, x.quantity, x.ts, CAST(x.ts AS DATE) AS d,
       CAST(date_trunc('week', CAST(x.ts AS DATE)) AS DATE) AS week,
       CAST(date_trunc('month', CAST(x.ts AS DATE)) AS DATE) AS month,
       CAST(date_trunc('quarter', CAST(x.ts AS DATE)) AS DATE) AS quarter,
       CAST(hour(x.ts) AS INTEGER) AS hour, CAST(isodow(x.ts) AS INTEGER) AS weekday, isodow(x.ts) >= 6 AS is_weekend,
       x.sales_value, x.retail_disc, x.coupon_disc, x.coupon_match_disc,
       x.retail_disc + x.coupon_disc + x.coupon_match_disc AS disc,            -- discount_amount
       x.coupon_disc + x.coupon_match_disc AS coupon,                          -- coupon_discount
       x.sales_value + x.retail_disc + x.coupon_match_disc AS list_value,      -- list_sales
       coalesce(p.product_type, '') <> 'GASOLINE-REG UNLEADED' AS merch,       -- a missing type counts as merchandise
       CASE WHEN coalesce(p.product_type, '') <> 'GASOLINE-REG UNLEADED' THEN x.quantity ELSE 0 END AS units,
       CASE WHEN coalesce(p.product_type, '') <> 'GASOLINE-REG UNLEADED' THEN x.sales_value ELSE 0 END AS merch_sales,
       CASE WHEN coalesce(p.product_type, '') <> 'GASOLINE-REG UNLEADED' THEN x.basket_id END AS merch_basket,
       coalesce(p.department, 'Unknown') AS department, coalesce(p.product_category, 'Unknown') AS product_category,
       coalesce(p.product_type, 'Unknown') AS product_type, coalesce(p.brand, 'Unknown') AS brand,
       coalesce(CAST(p.manufacturer_id AS VARCHAR), 'Unknown') AS manufacturer_id,
       coalesce(g.age, 'Unknown') AS age, coalesce(g.income, 'Unknown') AS income,
       coalesce(g.home_ownership, 'Unknown') AS home_ownership, coalesce(g.marital_status, 'Unknown') AS marital_status,
       coalesce(g.household_size, 'Unknown') AS household_size, coalesce(g.household_comp, 'Unknown') AS household_comp,
       coalesce(g.kids_count, 'Unknown') AS kids_count
FROM tx0 x
LEFT JOIN products p ON p.product_id = x.product_id
LEFT JOIN demo g ON g.household_id = x.household_id;

CREATE TABLE red AS                                                             -- one row per redemption; no hour
SELECT r.household_id, CAST(r.campaign_id AS VARCHAR) AS campaign_id, coalesce(c.campaign_type, 'Unknown') AS campaign_type,
       CAST(r.redemption_date AS DATE) AS d,
       CAST(date_trunc('week', CAST(r.redemption_date AS DATE)) AS DATE) AS week,
       CAST(date_trunc('month', CAST(r.redemption_date AS DATE)) AS DATE) AS month,
       CAST(date_trunc('quarter', CAST(r.redemption_date AS DATE)) AS DATE) AS quarter,
       CAST(isodow(CAST(r.redemption_date AS DATE)) AS INTEGER) AS weekday,
       isodow(CAST(r.redemption_date AS DATE)) >= 6 AS is_weekend,
       coalesce(g.age, 'Unknown') AS age, coalesce(g.income, 'Unknown') AS income,
       coalesce(g.home_ownership, 'Unknown') AS home_ownership, coalesce(g.marital_status, 'Unknown') AS marital_status,
       coalesce(g.household_size, 'Unknown') AS household_size, coalesce(g.household_comp, 'Unknown') AS household_comp,
       coalesce(g.kids_count, 'Unknown') AS kids_count
FROM coupon_redemptions r
LEFT JOIN campaign_descriptions c ON c.campaign_id = r.campaign_id
LEFT JOIN demo g ON g.household_id = r.household_id;

CREATE TABLE reach AS                                                           -- one row per (campaign, household) contacted
SELECT m.household_id, CAST(m.campaign_id AS VARCHAR) AS campaign_id, coalesce(c.campaign_type, 'Unknown') AS campaign_type,
       CAST(c.start_date AS DATE) AS start_d, CAST(c.end_date AS DATE) AS end_d,   -- window, both ends inclusive
       coalesce(g.age, 'Unknown') AS age, coalesce(g.income, 'Unknown') AS income,
       coalesce(g.home_ownership, 'Unknown') AS home_ownership, coalesce(g.marital_status, 'Unknown') AS marital_status,
       coalesce(g.household_size, 'Unknown') AS household_size, coalesce(g.household_comp, 'Unknown') AS household_comp,
       coalesce(g.kids_count, 'Unknown') AS kids_count
FROM campaigns m
LEFT JOIN campaign_descriptions c ON c.campaign_id = m.campaign_id
LEFT JOIN demo g ON g.household_id = m.household_id;

CREATE TABLE beside AS                                                          -- one row per (campaign, household, day) with a redemption:
SELECT h.household_id, h.campaign_id, h.campaign_type, h.d, h.month, h.quarter, h.age, h.income, h.marital_status, h.kids_count,
       h.k, t.sales / h.k AS sales, t.coupon_disc / h.k AS coupon_disc, t.match_disc / h.k AS match_disc   -- what was bought that day, 1/k each
FROM (SELECT u.*, count(*) OVER (PARTITION BY u.household_id, u.d) AS k
      FROM (SELECT DISTINCT household_id, campaign_id, campaign_type, d, month, quarter, age, income, marital_status, kids_count FROM red) u) h
JOIN (SELECT household_id, d, sum(sales_value) AS sales, sum(coupon_disc) AS coupon_disc, sum(coupon_match_disc) AS match_disc
      FROM tx GROUP BY 1, 2) t ON t.household_id = h.household_id AND t.d = h.d;

CREATE TABLE days AS                                                            -- the calendar, to keep empty buckets in a series
SELECT CAST(s AS DATE) AS d, CAST(date_trunc('week', s) AS DATE) AS week, CAST(date_trunc('month', s) AS DATE) AS month,
       CAST(date_trunc('quarter', s) AS DATE) AS quarter
FROM (SELECT unnest(generate_series(DATE '2017-01-01', DATE '2017-12-31', INTERVAL 1 DAY)) AS s);
