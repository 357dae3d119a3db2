-- Per experiment and variant: visitors who saw it and no other (trials), those who bought from then on (successes), and
-- their revenue (minor units). Whether the split can be trusted, and differences, are Python's part.
-- reads: visits
-- then: rates
WITH seen AS (
    SELECT experiment, visitor, min(variant) AS variant, min(n) AS n
    FROM visits WHERE experiment IS NOT NULL AND variant IS NOT NULL
    GROUP BY experiment, visitor HAVING min(variant) = max(variant)
),
bought AS (
    SELECT seen.experiment, seen.visitor, sum(coalesce(visits.value_minor, 0)) AS amount
    FROM seen JOIN visits ON visits.visitor = seen.visitor AND visits.n >= seen.n
    WHERE visits.event_name = 'purchase' GROUP BY seen.experiment, seen.visitor
)
SELECT seen.experiment, seen.variant, count(bought.visitor) AS successes, count(*) AS trials,
    coalesce(sum(bought.amount), 0) AS revenue_minor
FROM seen LEFT JOIN bought ON bought.experiment = seen.experiment AND bought.visitor = seen.visitor
GROUP BY seen.experiment, seen.variant
