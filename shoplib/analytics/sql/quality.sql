-- Per day: events (each once), those of bots, and those that came later than three days after they happened.
-- reads: events
SELECT cast(cast(event_time AS date) AS varchar) AS day, count(*) AS events,
    sum(CASE WHEN is_bot THEN 1 ELSE 0 END) AS bots, sum(CASE WHEN is_late THEN 1 ELSE 0 END) AS late
FROM events
GROUP BY cast(event_time AS date)
