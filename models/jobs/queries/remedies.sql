-- name: records_of_nodes
-- The newest jobs with each remedy, by the worst deciding report on the remedy's subject.
WITH searched AS MATERIALIZED (
    SELECT id, created_at, verdict, graph FROM anime.jobs
    WHERE verdict IN ('PASS', 'FAIL')
    ORDER BY created_at DESC, id DESC LIMIT %(searched)s
)
SELECT remedies.name, count(*) AS judged,
    count(*) FILTER (WHERE tried.verdict = 'PASS') AS passed
FROM unnest(%(names)s::text[], %(paths)s::text[], %(subjects)s::text[])
    AS remedies (name, path, subject)
CROSS JOIN LATERAL (
    SELECT judged.verdict FROM searched
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN remedies.subject = '' THEN searched.verdict
            WHEN bool_or(reports.verdict = 'FAIL') THEN 'FAIL'
            WHEN bool_and(reports.verdict = 'PASS') THEN 'PASS'
        END AS verdict
        FROM anime.reports
        WHERE reports.job_id = searched.id AND reports.decides
            AND (remedies.subject = '' OR reports.subject IN (remedies.subject, 'merged'))
    ) AS judged
    WHERE searched.graph @? remedies.path::jsonpath AND judged.verdict IS NOT NULL
    ORDER BY searched.created_at DESC, searched.id DESC LIMIT %(last)s
) AS tried
GROUP BY remedies.name

-- name: record_of_seeds
-- Pairs of jobs one after the other whose graphs differ in their first seed alone.
WITH searched AS MATERIALIZED (
    SELECT jobs.id, jobs.created_at, jobs.verdict, seeds.number AS seed,
        md5((jobs.graph #- ARRAY[seeds.node_id, 'inputs', seeds.name])::text) AS others
    FROM anime.jobs
    CROSS JOIN LATERAL (
        SELECT node_id, name, number FROM anime.generation_parameters
        WHERE job_id = jobs.id AND kind = 'seed' AND number IS NOT NULL
        ORDER BY position LIMIT 1
    ) AS seeds
    WHERE jobs.verdict IN ('PASS', 'FAIL') AND jobs.graph IS NOT NULL
    ORDER BY jobs.created_at DESC, jobs.id DESC LIMIT %(searched)s
), pairs AS (
    SELECT created_at, verdict, seed, lag(verdict) OVER earlier AS verdict_before,
        lag(seed) OVER earlier AS seed_before
    FROM searched
    WINDOW earlier AS (PARTITION BY others ORDER BY created_at, id)
), tried AS (
    SELECT verdict FROM pairs WHERE verdict_before = 'FAIL' AND seed <> seed_before
    ORDER BY created_at DESC LIMIT %(last)s
)
SELECT %(seed)s::text AS name, count(*) AS judged,
    count(*) FILTER (WHERE verdict = 'PASS') AS passed
FROM tried
