-- Views for the gold SQL of questions.yaml, on the tables order_lines, items, members, shops and refunds.
-- created_at is Shanghai time (UTC+8, no summer time). Missing categories are 'Unknown'.
CREATE OR REPLACE VIEW lines AS
SELECT o.order_no, o.line_no, o.item_code, o.member_no, o.shop_code, o.qty, o.amount, o.channel,
       o.created_utc + INTERVAL 8 HOUR AS created_at,
       CAST(o.created_utc + INTERVAL 8 HOUR AS DATE) AS created_on,
       o.paid_at,
       CAST(o.paid_at AS DATE) AS paid_on,
       CAST(date_trunc('month', o.paid_at) AS DATE) AS paid_month,
       coalesce(nullif(i.family, ''), 'Unknown') AS family,
       coalesce(nullif(i.series, ''), 'Unknown') AS series,
       coalesce(nullif(m.level, ''), 'Unknown') AS level,
       coalesce(nullif(m.city, ''), 'Unknown') AS city,
       coalesce(nullif(s.region, ''), 'Unknown') AS region
FROM order_lines o
LEFT JOIN items i ON i.item_code = o.item_code
LEFT JOIN members m ON m.member_no = o.member_no
LEFT JOIN shops s ON s.shop_code = o.shop_code;

-- The paid lines: what 成交额 and 支付订单数 count, by paid_on.
CREATE OR REPLACE VIEW paid AS
SELECT * FROM lines WHERE paid_at IS NOT NULL;

-- The refunds with the fields of their order line (key of two columns).
CREATE OR REPLACE VIEW refund_lines AS
SELECT r.order_no, r.line_no, r.refund_amount, r.refunded_on, r.reason,
       coalesce(l.family, 'Unknown') AS family, coalesce(l.series, 'Unknown') AS series
FROM refunds r
LEFT JOIN lines l ON l.order_no = r.order_no AND l.line_no = r.line_no;
