-- Orders, pieces and revenue (minor units, exact, net of refunds) over all, by day, month, product, country, category,
-- device and source.
-- reads: order_lines
SELECT
    CASE WHEN grouping(day) = 0 THEN 'day' WHEN grouping(month) = 0 THEN 'month'
        WHEN grouping(product) = 0 THEN 'product' WHEN grouping(country) = 0 THEN 'country'
        WHEN grouping(category) = 0 THEN 'category' WHEN grouping(device) = 0 THEN 'device'
        WHEN grouping(source) = 0 THEN 'source' ELSE 'all' END AS key,
    coalesce(day, month, product, country, category, device, source) AS value,
    count(DISTINCT CASE WHEN event_name = 'purchase' THEN order_id END) AS orders,
    coalesce(sum(pieces), 0) AS pieces,
    coalesce(sum(amount), 0) AS revenue_minor
FROM (
    SELECT order_lines.*, substr(cast(cast(event_time AS date) AS varchar), 1, 10) AS day,
        substr(cast(cast(event_time AS date) AS varchar), 1, 7) AS month
    FROM order_lines
) AS told
GROUP BY GROUPING SETS ((), (day), (month), (product), (country), (category), (device), (source))
