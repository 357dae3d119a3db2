-- By month of a customer's first purchase and months since: customers who ordered, their orders, and revenue (minor
-- units, net of the refunds of that month). Months in which nobody did anything have no row.
-- reads: order_lines
WITH firsts AS (
    SELECT user_id, date_trunc('month', min(event_time)) AS cohort
    FROM order_lines WHERE event_name = 'purchase' AND user_id IS NOT NULL GROUP BY user_id
),
aged AS (
    SELECT firsts.cohort, date_diff('month', firsts.cohort, date_trunc('month', event_time)) AS age,
        lines.user_id, lines.order_id, lines.event_name, lines.amount
    FROM order_lines AS lines JOIN firsts ON lines.user_id = firsts.user_id
    WHERE date_trunc('month', event_time) >= firsts.cohort
)
SELECT substr(cast(cast(cohort AS date) AS varchar), 1, 7) AS cohort, age,
    count(DISTINCT CASE WHEN event_name = 'purchase' THEN user_id END) AS customers,
    count(DISTINCT CASE WHEN event_name = 'purchase' THEN order_id END) AS orders,
    sum(amount) AS revenue_minor
FROM aged
GROUP BY cohort, age
