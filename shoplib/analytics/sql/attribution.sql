-- Orders and revenue (minor units) credited to the first, the last, and the last not direct session of the 30 days
-- before each order, by source and medium. The models that share an order out are Python's alone.
-- reads: visits
WITH told AS (
    SELECT visits.*, row_number() OVER (
        PARTITION BY visitor, session
        ORDER BY CASE WHEN source IS NULL AND medium IS NULL AND campaign IS NULL THEN 1 ELSE 0 END, n
    ) AS place
    FROM visits
),
channels AS (
    SELECT visitor, session, CASE WHEN coalesce(source, 'direct') = 'direct' THEN '(direct)' ELSE source END AS source,
        coalesce(medium, '(none)') AS medium
    FROM told WHERE place = 1
),
starts AS (
    SELECT visitor, session, min(event_time) AS started FROM visits GROUP BY visitor, session
),
lines AS (
    SELECT visitor, session, event_time, coalesce(order_id, event_id) AS order_id, coalesce(value_minor, 0) AS amount,
        row_number() OVER (PARTITION BY coalesce(order_id, event_id) ORDER BY event_time, event_id) AS place
    FROM visits WHERE event_name = 'purchase'
),
orders AS (
    SELECT placed.order_id, placed.visitor, placed.session, placed.event_time, paid.amount
    FROM lines AS placed
        JOIN (SELECT order_id, sum(amount) AS amount FROM lines GROUP BY order_id) AS paid
        ON placed.order_id = paid.order_id
    WHERE placed.place = 1
),
touches AS (
    SELECT orders.order_id, orders.amount, starts.session, orders.session AS converting, channels.source, channels.medium,
        max(CASE WHEN channels.source <> '(direct)' THEN starts.session END) OVER (PARTITION BY orders.order_id)
            AS not_direct,
        min(starts.session) OVER (PARTITION BY orders.order_id) AS earliest
    FROM orders
        JOIN starts ON starts.visitor = orders.visitor AND starts.session <= orders.session
        JOIN channels ON channels.visitor = starts.visitor AND channels.session = starts.session
    WHERE starts.session = orders.session OR starts.started >= orders.event_time - INTERVAL '30' DAY
)
SELECT source, medium,
    sum(CASE WHEN session = earliest THEN 1 ELSE 0 END) AS orders_first,
    sum(CASE WHEN session = earliest THEN amount ELSE 0 END) AS revenue_minor_first,
    sum(CASE WHEN session = converting THEN 1 ELSE 0 END) AS orders_last,
    sum(CASE WHEN session = converting THEN amount ELSE 0 END) AS revenue_minor_last,
    sum(CASE WHEN session = coalesce(not_direct, converting) THEN 1 ELSE 0 END) AS orders_last_non_direct,
    sum(CASE WHEN session = coalesce(not_direct, converting) THEN amount ELSE 0 END) AS revenue_minor_last_non_direct
FROM touches
GROUP BY source, medium
