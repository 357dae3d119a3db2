-- Pairs of products that at least 10 orders have in common.
-- reads: order_lines
WITH bought AS (
    SELECT DISTINCT order_id, product_id FROM order_lines
    WHERE event_name = 'purchase' AND order_id IS NOT NULL AND product_id IS NOT NULL
),
sizes AS (
    SELECT product_id, count(*) AS orders FROM bought GROUP BY product_id HAVING count(*) >= 10
),
pairs AS (
    SELECT a.product_id AS product_a, b.product_id AS product_b, count(*) AS orders
    FROM bought AS a JOIN bought AS b ON a.order_id = b.order_id AND a.product_id < b.product_id
    WHERE a.product_id IN (SELECT product_id FROM sizes) AND b.product_id IN (SELECT product_id FROM sizes)
    GROUP BY a.product_id, b.product_id HAVING count(*) >= 10
),
every AS (SELECT count(DISTINCT order_id) AS orders FROM bought)
SELECT product_a, product_b, pairs.orders,
    cast(pairs.orders AS double) / every.orders AS support,
    cast(pairs.orders AS double) / a.orders AS confidence_ab,
    cast(pairs.orders AS double) / b.orders AS confidence_ba,
    cast(pairs.orders * every.orders AS double) / (a.orders * b.orders) AS lift
FROM pairs CROSS JOIN every
    JOIN sizes AS a ON a.product_id = product_a JOIN sizes AS b ON b.product_id = product_b
