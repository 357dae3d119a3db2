-- Which event comes next within a session; the lines of one order are one purchase.
-- reads: visits
WITH steps AS (
    SELECT visitor, session, event_name, n FROM (
        SELECT visitor, session, event_name, n, order_id, row_number() OVER (
            PARTITION BY visitor, session, event_name, order_id ORDER BY n
        ) AS line
        FROM visits WHERE event_name = 'purchase'
    ) AS lines
    WHERE line = 1 OR order_id IS NULL
    UNION ALL
    SELECT visitor, session, event_name, n FROM visits WHERE event_name <> 'purchase'
),
around AS (
    SELECT event_name,
        lag(event_name) OVER (PARTITION BY visitor, session ORDER BY n) AS before,
        lead(event_name) OVER (PARTITION BY visitor, session ORDER BY n) AS after
    FROM steps
)
SELECT coalesce(before, '(start)') AS event, event_name AS next, count(*) AS transitions
FROM around GROUP BY before, event_name
UNION ALL
SELECT event_name, '(end)', count(*) FROM around WHERE after IS NULL GROUP BY event_name
