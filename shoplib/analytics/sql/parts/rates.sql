-- Shares with Wilson's 95 % interval: z = 1.959963984540054, z*z = 3.841458820694124.
-- reads: counted
SELECT counted.*,
    cast(successes AS double) / nullif(trials, 0) AS rate,
    (successes + 3.841458820694124 / 2 - 1.959963984540054 * sqrt(
        cast(successes AS double) * (trials - successes) / nullif(trials, 0) + 3.841458820694124 / 4
    )) / nullif(trials + 3.841458820694124, 3.841458820694124) AS low,
    (successes + 3.841458820694124 / 2 + 1.959963984540054 * sqrt(
        cast(successes AS double) * (trials - successes) / nullif(trials, 0) + 3.841458820694124 / 4
    )) / nullif(trials + 3.841458820694124, 3.841458820694124) AS high
FROM counted
