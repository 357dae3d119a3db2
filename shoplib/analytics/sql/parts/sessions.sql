-- One row per session: when, from where, with what, and what came of it (1 or 0).
-- reads: visits
SELECT visitor, session, min(event_time) AS started, max(event_time) AS ended, count(*) AS events,
    min_by(device, n) AS device,
    min_by(source, n) FILTER (WHERE source IS NOT NULL) AS source,
    min_by(country, n) FILTER (WHERE country IS NOT NULL) AS country,
    max(CASE event_name WHEN 'add_to_cart' THEN 1 ELSE 0 END) AS cart,
    max(CASE event_name WHEN 'begin_checkout' THEN 1 ELSE 0 END) AS checkout,
    max(CASE event_name WHEN 'purchase' THEN 1 ELSE 0 END) AS purchased,
    sum(CASE event_name WHEN 'purchase' THEN coalesce(value_minor, 0) ELSE 0 END) AS amount
FROM visits
GROUP BY visitor, session
