-- Sessions with a purchase (successes) of all sessions (trials): over all, by day, device, source and country.
-- reads: sessions
-- then: rates
SELECT
    CASE WHEN grouping(day) = 0 THEN 'day' WHEN grouping(device) = 0 THEN 'device'
        WHEN grouping(source) = 0 THEN 'source' WHEN grouping(country) = 0 THEN 'country' ELSE 'all' END AS key,
    coalesce(day, device, source, country) AS value,
    sum(purchased) AS successes,
    count(*) AS trials
FROM (SELECT cast(cast(started AS date) AS varchar) AS day, device, source, country, purchased FROM sessions) AS told
GROUP BY GROUPING SETS ((), (day), (device), (source), (country))
