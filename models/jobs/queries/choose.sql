-- name: first_job_with_files
-- Jobs that wrote no file have nothing to be chosen for.
SELECT jobs.id FROM anime.jobs
WHERE EXISTS (SELECT FROM anime.artifacts WHERE artifacts.job_id = jobs.id) AND {condition}
ORDER BY {order} LIMIT 1

-- name: positive_texts_of_job
SELECT text FROM anime.generation_parameters
WHERE job_id = %(id)s AND kind = 'positive' AND text IS NOT NULL ORDER BY position

-- name: seed_of_job
-- Of a retry, the attempt that was kept has the seed that made the files.
SELECT seed FROM (
    SELECT seed, 0 AS place, number AS position FROM anime.retry_attempts
    WHERE job_id = %(id)s AND chosen
    UNION ALL
    SELECT number, 1, position FROM anime.generation_parameters
    WHERE job_id = %(id)s AND kind = 'seed' AND number IS NOT NULL
) AS seeds ORDER BY place, position LIMIT 1
