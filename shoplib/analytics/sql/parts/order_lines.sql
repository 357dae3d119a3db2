-- What was sold and came back; amounts in minor units, exact, refunds negative.
-- reads: people, product_names
SELECT event_id, event_time, event_name, order_id, user_id, country, device, source, category, people.product_id,
    coalesce(product_names.name, people.product_id, product_name) AS product,
    CASE event_name WHEN 'purchase' THEN coalesce(quantity, 0) ELSE -coalesce(quantity, 0) END AS pieces,
    CASE event_name WHEN 'purchase' THEN coalesce(value_minor, 0) ELSE -coalesce(value_minor, 0) END AS amount
FROM people LEFT JOIN product_names ON people.product_id = product_names.product_id
WHERE event_name IN ('purchase', 'refund')
