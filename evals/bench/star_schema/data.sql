-- The star's tables, in a size that is set before: orders, sessions, customers.
-- Every value is worked out from the row's number, so that the same size gives the same rows on each machine.

-- A number in [0, 1) for a row; another one for each purpose.
CREATE MACRO portion(row, purpose) AS (hash(row, purpose) % 1000000000) / 1000000000.0;
CREATE MACRO pick(row, purpose, choices) AS CAST(hash(row, purpose) % choices AS INTEGER);
-- Rows come in the order of time, as they do in a business: 2024 and 2025, each within its day.
CREATE MACRO moment(row, rows, purpose) AS
  TIMESTAMP '2024-01-01' + to_days(CAST(row * 731 // rows AS INTEGER)) + to_seconds(pick(row, purpose, 86400));

CREATE TABLE channels AS
SELECT channel_id, channel, channel IN ('web', 'app') AS is_digital
FROM (VALUES (1, 'web'), (2, 'app'), (3, 'store'), (4, 'phone'), (5, 'partner')) AS listed(channel_id, channel);

-- Categories of unlike size: 20 of them over 5000 products.
CREATE TABLE products AS
SELECT
  CAST(row + 1 AS INTEGER) AS product_id,
  'category ' || lpad(CAST(1 + floor(20 * pow(portion(row, 'category'), 2)) AS INTEGER)::VARCHAR, 2, '0') AS category,
  'brand ' || pick(row, 'brand', 200) AS brand
FROM range(5000) AS numbers(row);

-- One in 25 has no level.
CREATE TABLE customers AS
SELECT
  CAST(row + 1 AS INTEGER) AS customer_id,
  CASE
    WHEN portion(row, 'level') < 0.60 THEN 'basic'
    WHEN portion(row, 'level') < 0.85 THEN 'silver'
    WHEN portion(row, 'level') < 0.96 THEN 'gold'
  END AS level,
  'region ' || lpad(CAST(1 + floor(30 * pow(portion(row, 'region'), 2)) AS INTEGER)::VARCHAR, 2, '0') AS region
FROM range(getvariable('customers')) AS numbers(row);

-- Few customers order much and many order once. One order in 50 has no customer, one in 100 a customer whom nobody
-- describes, one in 30 a channel that nobody describes, one in 200 such a product.
CREATE TABLE orders AS
SELECT
  row + 1 AS order_id,
  CASE
    WHEN portion(row, 'no customer') < 0.02 THEN NULL
    WHEN portion(row, 'no customer') < 0.03 THEN getvariable('customers') + 1 + pick(row, 'customer', 1000)
    ELSE CAST(1 + floor(getvariable('customers') * pow(portion(row, 'customer'), 3)) AS INTEGER)
  END AS customer_id,
  CASE WHEN portion(row, 'product') < 0.005 THEN 9001 ELSE 1 + pick(row, 'product', 5000) END AS product_id,
  CASE WHEN portion(row, 'channel') < 0.033 THEN 9 ELSE CAST(1 + floor(5 * pow(portion(row, 'channel'), 2)) AS INTEGER) END
    AS channel_id,
  moment(row, getvariable('orders'), 'ordered at') AS ordered_at,
  1 + pick(row, 'quantity', 5) AS quantity,
  CAST((200 + floor(50000 * pow(portion(row, 'amount'), 3))) / 100 AS DECIMAL(18, 2)) AS amount
FROM range(getvariable('orders')) AS numbers(row);

-- One session in four is nobody's.
CREATE TABLE sessions AS
SELECT
  row + 1 AS session_id,
  CASE WHEN portion(row, 'visitor') >= 0.25
    THEN CAST(1 + floor(getvariable('customers') * pow(portion(row, 'visitor of'), 3)) AS INTEGER) END AS customer_id,
  CASE WHEN portion(row, 'channel') < 0.02 THEN 9 ELSE 1 + pick(row, 'channel', 2) END AS channel_id,
  moment(row, getvariable('sessions'), 'started at') AS started_at,
  1 + pick(row, 'pages', 20) AS pages
FROM range(getvariable('sessions')) AS numbers(row);
