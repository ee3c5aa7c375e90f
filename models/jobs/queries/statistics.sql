-- name: counts_by_key
-- Without further conditions, the database reads this from an index alone.
SELECT {key} AS key, jobs.state, jobs.verdict, count(*) AS jobs, max(jobs.created_at) AS newest
FROM anime.jobs {source}
WHERE {key} IS NOT NULL AND {condition}
GROUP BY 1, 2, 3

-- name: counts_by_day
-- This first finds the newest days that have jobs, one after the other, and then counts the jobs of
-- those days. Converting the time of every job into a day would take ten times as long.
WITH RECURSIVE days AS (
    SELECT max(jobs.created_at) AS newest FROM anime.jobs WHERE {condition}
    UNION ALL
    SELECT (
        SELECT max(jobs.created_at) FROM anime.jobs
        WHERE jobs.created_at < date_trunc('day', days.newest, 'UTC') AND {condition}
    ) FROM days WHERE days.newest IS NOT NULL
)
SELECT keys.key, counts.* FROM (
    SELECT (newest AT TIME ZONE 'UTC')::date AS key FROM days
    WHERE newest IS NOT NULL LIMIT %(limit)s
) AS keys
CROSS JOIN LATERAL (
    SELECT jobs.state, jobs.verdict, count(*) AS jobs, max(jobs.created_at) AS newest
    FROM anime.jobs WHERE {of_day} AND {condition}
    GROUP BY 1, 2
) AS counts

-- name: plan_for_indexes
-- On a solid-state disk, reading an index costs as little as reading the table. Parallel workers
-- are off because starting them takes longer than they save here.
SET LOCAL random_page_cost = 1.1; SET LOCAL max_parallel_workers_per_gather = 0

-- name: last_by_key
-- The newest jobs of every key; an index returns them in this order.
SELECT keys.key, last.* FROM unnest(%(keys)s::{kind}[]) AS keys (key)
CROSS JOIN LATERAL (
    SELECT
        jobs.verdict, jobs.score,
        -- Nobody knows how long a lost job ran: its process was only last heard before its end.
        CASE WHEN jobs.state <> 'lost' THEN
            extract(epoch FROM jobs.finished_at - jobs.started_at)::float8
        END AS seconds
    FROM anime.jobs {source}
    WHERE {of_key} AND jobs.finished_at IS NOT NULL AND {condition}
    ORDER BY jobs.created_at DESC, jobs.id DESC LIMIT %(twice)s
) AS last

-- name: names_of_projects
SELECT id, name, NULL AS project FROM anime.projects WHERE id = ANY(%(keys)s)

-- name: names_of_characters
SELECT characters.id, characters.name, projects.name AS project
FROM anime.characters JOIN anime.projects ON projects.id = characters.project_id
WHERE characters.id = ANY(%(keys)s)
