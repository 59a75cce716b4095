-- What the gold SQL of the golden set of shop_events reads; tables, so that each is computed once.
-- Generated data (模拟数据). Written from the definitions alone, over the raw tables (money columns as DECIMAL(18,2)).
-- ts, d, hour ...: business time (Asia/Shanghai); the stored moments are UTC without a zone.
-- Left joins everywhere; a missing value is 'Unknown'. "Today" is 2024-12-31.

CREATE TABLE cust AS
SELECT c.customer_id, CAST(c.registered_on AS DATE) AS d, c.registered_via, c.source,
       coalesce(c.gender, 'Unknown') AS gender, coalesce(c.age_band, 'Unknown') AS age_band,
       coalesce(c.region, 'Unknown') AS region, c.city_tier,
       CAST(s.answered_on AS DATE) AS answered_on, coalesce(s.main_interest, 'Unknown') AS main_interest,
       coalesce(s.attitude, 'Unknown') AS attitude, s.recommend_score
FROM customers c LEFT JOIN survey s USING (customer_id);

CREATE TABLE ev AS
SELECT e.event_id, e.session_id, e.customer_id, e.product_id, e.channel, e.device,
       CASE e.event_type WHEN 'page_view' THEN 'view' WHEN 'product_click' THEN 'click' ELSE 'cart' END AS kind,
       e.happened_utc + INTERVAL 8 HOUR AS ts, CAST(e.happened_utc + INTERVAL 8 HOUR AS DATE) AS d,
       CAST(date_trunc('month', e.happened_utc + INTERVAL 8 HOUR) AS DATE) AS month,
       CAST(hour(e.happened_utc + INTERVAL 8 HOUR) AS INTEGER) AS hour,
       coalesce(p.category, 'Unknown') AS category, coalesce(p.brand, 'Unknown') AS brand,
       coalesce(c.gender, 'Unknown') AS gender, coalesce(c.age_band, 'Unknown') AS age_band,
       coalesce(c.region, 'Unknown') AS region, coalesce(c.main_interest, 'Unknown') AS main_interest
FROM events e LEFT JOIN products p USING (product_id) LEFT JOIN cust c ON c.customer_id = e.customer_id;

CREATE TABLE ord AS
SELECT o.order_id, o.line_no, o.customer_id, o.product_id, o.channel, o.quantity, o.list_amount, o.discount, o.amount,
       o.ordered_utc + INTERVAL 8 HOUR AS ts, CAST(o.ordered_utc + INTERVAL 8 HOUR AS DATE) AS d,
       CAST(date_trunc('month', o.ordered_utc + INTERVAL 8 HOUR) AS DATE) AS month,
       CAST(date_trunc('quarter', o.ordered_utc + INTERVAL 8 HOUR) AS DATE) AS quarter,
       CAST(hour(o.ordered_utc + INTERVAL 8 HOUR) AS INTEGER) AS hour,
       isodow(o.ordered_utc + INTERVAL 8 HOUR) >= 6 AS is_weekend,
       coalesce(p.category, 'Unknown') AS category, coalesce(p.brand, 'Unknown') AS brand,      -- a few are not catalogued
       c.gender, c.age_band, c.region, c.city_tier, c.main_interest, c.attitude, c.registered_via, c.source
FROM orders o LEFT JOIN products p USING (product_id) LEFT JOIN cust c ON c.customer_id = o.customer_id;

CREATE TABLE ref AS
SELECT r.refund_id, r.order_id, r.customer_id, r.channel, r.reason, r.refund_amount,
       r.refunded_utc + INTERVAL 8 HOUR AS ts, CAST(r.refunded_utc + INTERVAL 8 HOUR AS DATE) AS d,
       CAST(date_trunc('month', r.refunded_utc + INTERVAL 8 HOUR) AS DATE) AS month,
       coalesce(p.category, 'Unknown') AS category, c.gender, c.age_band, c.region
FROM refunds r LEFT JOIN products p USING (product_id) LEFT JOIN cust c ON c.customer_id = r.customer_id;

CREATE TABLE base AS                                   -- what the tags as of 2024-12-31 are told from, one row per customer
SELECT c.customer_id, c.gender, c.region, c.age_band, c.attitude,
       DATE '2024-12-31' - o.last_d AS recency, DATE '2024-12-31' - o.first_d AS since, DATE '2024-12-31' - v.last_d AS visited,
       coalesce(o.sales, 0) AS sales, coalesce(o.n90, 0) AS n90, coalesce(o.n30, 0) AS n30, coalesce(o.n365, 0) AS n365,
       o.cut_share, coalesce(v.carts30, 0) AS carts30, coalesce(v.actions, 0) AS actions, coalesce(v.night, 0) AS night,
       coalesce(f.refunded, 0) AS refunded
FROM cust c
LEFT JOIN (SELECT customer_id, max(d) AS last_d, min(d) AS first_d, sum(amount) FILTER (WHERE d > DATE '2024-12-31' - 365) AS sales,
                  count(DISTINCT order_id) FILTER (WHERE d > DATE '2024-12-31' - 90) AS n90,
                  count(DISTINCT order_id) FILTER (WHERE d > DATE '2024-12-31' - 30) AS n30,
                  count(DISTINCT order_id) FILTER (WHERE d > DATE '2024-12-31' - 365) AS n365,
                  avg(CAST(discount > 0 AS INTEGER)) FILTER (WHERE d > DATE '2024-12-31' - 365) AS cut_share
           FROM ord GROUP BY 1) o USING (customer_id)
LEFT JOIN (SELECT customer_id, max(d) AS last_d, count(*) FILTER (WHERE kind = 'cart' AND d > DATE '2024-12-31' - 30) AS carts30,
                  count(*) FILTER (WHERE d > DATE '2024-12-31' - 365) AS actions,
                  count(*) FILTER (WHERE d > DATE '2024-12-31' - 365 AND (hour >= 21 OR hour <= 4)) AS night
           FROM ev GROUP BY 1) v USING (customer_id)
LEFT JOIN (SELECT customer_id, count(DISTINCT order_id) AS refunded FROM ref WHERE d > DATE '2024-12-31' - 365 GROUP BY 1) f
       USING (customer_id);

CREATE TABLE tag AS
SELECT *, CASE WHEN recency IS NULL THEN 'prospect' WHEN since < 30 THEN 'new' WHEN recency <= 30 THEN 'active'
               WHEN recency <= 90 THEN 'at_risk' WHEN recency <= 180 THEN 'dormant' ELSE 'churned' END AS stage,
       CASE WHEN p < 0.10 THEN 'high' WHEN p < 0.30 THEN 'medium' ELSE 'low' END AS tier,
       CASE WHEN n90 >= 5 THEN 'high' WHEN n90 >= 2 THEN 'medium' WHEN n90 >= 1 THEN 'low' ELSE 'none' END AS frequency,
       actions >= 1 AND night >= 0.3 * actions AS night_browser, carts30 > 0 AND n30 = 0 AS abandoner,
       cut_share >= 0.6 AS discount_lover, refunded >= 2 AND refunded >= 0.3 * n365 AS refund_prone
FROM (SELECT *, percent_rank() OVER (ORDER BY sales DESC) AS p FROM base);

CREATE TABLE months AS                                 -- the calendar, to keep empty buckets in a series
SELECT CAST(s AS DATE) AS month FROM (SELECT unnest(generate_series(DATE '2023-01-01', DATE '2024-12-01', INTERVAL 1 MONTH)) AS s);
