-- The name that the lines of each product say most often, of equal ones the first by name.
-- reads: people
SELECT product_id, product_name AS name
FROM (
    SELECT product_id, product_name,
        row_number() OVER (PARTITION BY product_id ORDER BY count(*) DESC, product_name) AS place
    FROM people
    WHERE event_name IN ('purchase', 'refund') AND product_id IS NOT NULL AND product_name IS NOT NULL
    GROUP BY product_id, product_name
) AS counted
WHERE place = 1
