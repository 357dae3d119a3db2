-- Customers as of midnight (UTC) after the last event: days since the last purchase, orders, money (minor units), and
-- scores from 1 to 5, one more than the whole fifths of customers that are worse.
-- reads: order_lines, people
WITH asked AS (
    SELECT date_trunc('day', max(event_time)) + INTERVAL '1' DAY AS moment FROM people
),
customers AS (
    SELECT user_id, max(CASE WHEN event_name = 'purchase' THEN event_time END) AS latest,
        count(DISTINCT CASE WHEN event_name = 'purchase' THEN order_id END) AS frequency, sum(amount) AS monetary_minor
    FROM order_lines WHERE user_id IS NOT NULL GROUP BY user_id
),
figures AS (
    SELECT user_id, frequency, monetary_minor,
        cast(floor(date_diff('millisecond', latest, moment) / cast(86400000 AS double)) AS bigint) AS recency_days
    FROM customers CROSS JOIN asked WHERE latest IS NOT NULL
),
ranked AS (
    SELECT user_id, recency_days, frequency, monetary_minor, count(*) OVER () AS many,
        rank() OVER (ORDER BY recency_days DESC) - 1 AS r, rank() OVER (ORDER BY frequency) - 1 AS f,
        rank() OVER (ORDER BY monetary_minor) - 1 AS m
    FROM figures
)
SELECT user_id, recency_days, frequency, monetary_minor,
    cast(floor(cast(r * 5 AS double) / many) AS bigint) + 1 AS r,
    cast(floor(cast(f * 5 AS double) / many) AS bigint) + 1 AS f,
    cast(floor(cast(m * 5 AS double) / many) AS bigint) + 1 AS m
FROM ranked
