-- name: shots_of_jobs
-- Jobs without a shot form a group in each project; its shot has the number 0. The best verdict is
-- that of the job that comes first in the order of the best: a passed one, else the highest score.
WITH counted AS MATERIALIZED (
    SELECT jobs.project_id, coalesce(jobs.shot_id, 0) AS shot_id, count(*) AS jobs,
        count(*) FILTER (WHERE jobs.verdict = 'PASS') AS passed,
        count(*) FILTER (WHERE jobs.review = 'approved') AS approved,
        max(jobs.created_at) AS newest, max({goodness}) AS goodness,
        max(jobs.score) FILTER (WHERE jobs.verdict = 'PASS') AS passed_score,
        max(ARRAY[
            coalesce(jobs.score, -1),
            CASE jobs.verdict WHEN 'FAIL' THEN 2 WHEN 'NOT_MEASURED' THEN 1 ELSE 0 END
        ]) AS best
    FROM anime.jobs WHERE {condition} GROUP BY 1, 2
)
SELECT counted.project_id, counted.shot_id, projects.name AS project,
    coalesce(shots.episode, '') AS episode, coalesce(shots.scene, '') AS scene,
    coalesce(shots.shot, '') AS shot, counted.jobs, counted.passed, counted.approved,
    counted.newest, counted.goodness,
    CASE WHEN counted.passed > 0 THEN 'PASS' WHEN counted.best[2] = 2 THEN 'FAIL'
        WHEN counted.best[2] = 1 THEN 'NOT_MEASURED' END AS verdict,
    CASE WHEN counted.passed > 0 THEN counted.passed_score ELSE nullif(counted.best[1], -1) END
        AS score
FROM counted
JOIN anime.projects ON projects.id = counted.project_id
LEFT JOIN anime.shots ON shots.id = counted.shot_id
WHERE {after} ORDER BY {order} LIMIT %(limit)s

-- name: newest_tags
-- The tags of the newest jobs that have any, those of most jobs first. Counting the tags of all jobs
-- would take too long for a list of names.
SELECT tag, count(*) AS jobs
FROM (
    SELECT jobs.tags FROM anime.jobs WHERE jobs.tags <> '{}'
    ORDER BY jobs.created_at DESC, jobs.id DESC LIMIT 20000
) AS newest, unnest(newest.tags) AS tag
GROUP BY tag ORDER BY count(*) DESC, tag LIMIT 200
