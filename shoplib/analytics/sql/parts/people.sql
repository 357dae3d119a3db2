-- Events of people, each line of an order once: of two purchases (refunds) of one line the first counts.
-- reads: events
SELECT event_id, event_time, event_name, channel, anonymous_key, user_key, user_id, device, source, medium, campaign,
    country, product_id, product_name, category, value_minor, quantity, order_id, experiment, variant
FROM (
    SELECT events.*, row_number() OVER (
        PARTITION BY event_name, order_id, order_line ORDER BY event_time, ingest_time, event_id
    ) AS told
    FROM events
    WHERE NOT is_bot AND event_name IN ('purchase', 'refund') AND order_id IS NOT NULL AND order_line IS NOT NULL
) AS lines
WHERE told = 1
UNION ALL
SELECT event_id, event_time, event_name, channel, anonymous_key, user_key, user_id, device, source, medium, campaign,
    country, product_id, product_name, category, value_minor, quantity, order_id, experiment, variant
FROM events
WHERE NOT is_bot AND (coalesce(event_name, '') NOT IN ('purchase', 'refund') OR order_id IS NULL OR order_line IS NULL)
