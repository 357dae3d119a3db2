-- Carts and checkouts that were begun (trials) and not bought in the same session (successes).
-- reads: sessions
-- then: rates
SELECT 'cart' AS stage, coalesce(sum(cart * (1 - purchased)), 0) AS successes, coalesce(sum(cart), 0) AS trials
FROM sessions
UNION ALL
SELECT 'checkout', coalesce(sum(checkout * (1 - purchased)), 0), coalesce(sum(checkout), 0)
FROM sessions
