-- Sessions that viewed an item (trials) and got as far as each step, in order (successes); over all and by the device of
-- the first step. Waits are seconds from the first step; a quantile lies between its two neighbours, linearly.
-- reads: visits
-- then: rates
WITH viewed AS (
    SELECT visitor, session, min(n) AS n, min(event_time) AS moment, min_by(device, n) AS device
    FROM visits WHERE event_name = 'view_item' GROUP BY visitor, session
),
carted AS (
    SELECT v.visitor, v.session, min(v.n) AS n, min(v.event_time) AS moment
    FROM visits AS v JOIN viewed AS b ON v.visitor = b.visitor AND v.session = b.session
    WHERE v.event_name = 'add_to_cart' AND v.n > b.n GROUP BY v.visitor, v.session
),
checked AS (
    SELECT v.visitor, v.session, min(v.n) AS n, min(v.event_time) AS moment
    FROM visits AS v JOIN carted AS b ON v.visitor = b.visitor AND v.session = b.session
    WHERE v.event_name = 'begin_checkout' AND v.n > b.n GROUP BY v.visitor, v.session
),
bought AS (
    SELECT v.visitor, v.session, min(v.n) AS n, min(v.event_time) AS moment
    FROM visits AS v JOIN checked AS b ON v.visitor = b.visitor AND v.session = b.session
    WHERE v.event_name = 'purchase' AND v.n > b.n GROUP BY v.visitor, v.session
),
reached AS (
    SELECT 1 AS place, 'view_item' AS step, visitor, session, moment FROM viewed
    UNION ALL SELECT 2, 'add_to_cart', visitor, session, moment FROM carted
    UNION ALL SELECT 3, 'begin_checkout', visitor, session, moment FROM checked
    UNION ALL SELECT 4, 'purchase', visitor, session, moment FROM bought
),
waited AS (
    SELECT reached.place, reached.step, viewed.device,
        date_diff('millisecond', viewed.moment, reached.moment) / cast(1000 AS double) AS seconds
    FROM reached JOIN viewed ON reached.visitor = viewed.visitor AND reached.session = viewed.session
),
grouped AS (
    SELECT 'all' AS key, cast(NULL AS varchar) AS value, place, step, seconds FROM waited
    UNION ALL SELECT 'device', device, place, step, seconds FROM waited
),
ranked AS (
    SELECT key, value, place, step, seconds,
        row_number() OVER (PARTITION BY key, value, place ORDER BY seconds) - 1 AS rank,
        count(*) OVER (PARTITION BY key, value, place) - 1 AS last
    FROM grouped
),
counted_steps AS (
    SELECT key, value, place, step, count(*) AS successes,
        sum(seconds * greatest(0, 1 - abs(cast(last AS double) * 5 / 10 - rank))) AS median_seconds,
        sum(seconds * greatest(0, 1 - abs(cast(last AS double) * 9 / 10 - rank))) AS p90_seconds
    FROM ranked GROUP BY key, value, place, step
)
SELECT key, value, place, step, successes,
    max(successes) OVER (PARTITION BY key, value) AS trials,
    cast(successes AS double) / lag(successes) OVER (PARTITION BY key, value ORDER BY place) AS rate_from_previous,
    median_seconds, p90_seconds
FROM counted_steps
