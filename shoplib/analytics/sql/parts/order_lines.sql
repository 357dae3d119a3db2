-- What was sold and came back; amounts in minor units, exact, refunds negative.
-- reads: people
SELECT event_id, event_time, event_name, order_id, user_id, country, device, source, category, product_id,
    coalesce(product_name, product_id) AS product,
    CASE event_name WHEN 'purchase' THEN coalesce(quantity, 0) ELSE -coalesce(quantity, 0) END AS pieces,
    CASE event_name WHEN 'purchase' THEN coalesce(value_minor, 0) ELSE -coalesce(value_minor, 0) END AS amount
FROM people
WHERE event_name IN ('purchase', 'refund')
