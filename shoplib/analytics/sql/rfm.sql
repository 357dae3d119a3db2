-- Customers as of midnight (UTC) after the last event: days since the last purchase, orders, money (minor units), and
-- scores from 1 to 5, the fifth that the customer's average rank falls into.
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
        rank() OVER (ORDER BY recency_days DESC)
            + (count(*) OVER (PARTITION BY recency_days) - 1) / cast(2 AS double) AS r,
        rank() OVER (ORDER BY frequency) + (count(*) OVER (PARTITION BY frequency) - 1) / cast(2 AS double) AS f,
        rank() OVER (ORDER BY monetary_minor)
            + (count(*) OVER (PARTITION BY monetary_minor) - 1) / cast(2 AS double) AS m
    FROM figures
)
SELECT user_id, recency_days, frequency, monetary_minor,
    cast(ceil(r / many * 5) AS bigint) AS r, cast(ceil(f / many * 5) AS bigint) AS f,
    cast(ceil(m / many * 5) AS bigint) AS m
FROM ranked
