-- Browsing events with their visitor and session. A session ends after more than 30 minutes without an event. A visitor
-- is the user who signed in, else the one user that the same anonymous_id signed in as, else that id.
-- reads: people
WITH web AS (
    SELECT * FROM people
    WHERE coalesce(event_name, '') NOT IN ('refund', 'cancellation') AND coalesce(channel, 'web') <> 'import'
),
signed_in AS (
    SELECT anonymous_key, min(user_key) AS one FROM web WHERE user_key IS NOT NULL
    GROUP BY anonymous_key HAVING min(user_key) = max(user_key)
),
named AS (
    SELECT web.*, coalesce(web.user_key, signed_in.one, web.anonymous_key) AS visitor
    FROM web LEFT JOIN signed_in ON web.anonymous_key = signed_in.anonymous_key
),
numbered AS (
    SELECT named.*,
        row_number() OVER (PARTITION BY visitor ORDER BY event_time, event_id) AS n,
        lag(event_time) OVER (PARTITION BY visitor ORDER BY event_time, event_id) AS before
    FROM named
)
SELECT numbered.*,
    sum(CASE WHEN before IS NULL OR event_time > before + INTERVAL '30' MINUTE THEN 1 ELSE 0 END)
        OVER (PARTITION BY visitor ORDER BY n ROWS UNBOUNDED PRECEDING) AS session
FROM numbered
