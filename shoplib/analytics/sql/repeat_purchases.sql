-- Customers with two or more orders (successes) of all customers (trials); an order is its first line's customer's.
-- reads: order_lines
-- then: rates
SELECT coalesce(sum(CASE WHEN orders > 1 THEN 1 ELSE 0 END), 0) AS successes, count(*) AS trials
FROM (
    SELECT user_id, count(*) AS orders
    FROM (
        SELECT user_id, row_number() OVER (PARTITION BY order_id ORDER BY event_time, event_id) AS line
        FROM order_lines WHERE event_name = 'purchase' AND user_id IS NOT NULL AND order_id IS NOT NULL
    ) AS lines
    WHERE line = 1
    GROUP BY user_id
) AS customers
