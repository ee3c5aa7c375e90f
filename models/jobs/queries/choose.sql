-- name: first_job_with_files
-- A job whose files have no frames is left out, because it has no pictures to load.
SELECT jobs.id FROM anime.jobs
WHERE EXISTS (
    SELECT FROM anime.artifacts WHERE artifacts.job_id = jobs.id AND artifacts.frames IS NOT NULL
) AND {condition}
ORDER BY {order} LIMIT 1

-- name: positive_texts_of_job
SELECT text FROM anime.generation_parameters
WHERE job_id = %(id)s AND kind = 'positive' AND text IS NOT NULL ORDER BY position

-- name: seed_of_job
-- If the job had a retry, the seed of its chosen attempt made the files.
SELECT seed FROM (
    SELECT seed, 0 AS rank, number AS position FROM anime.retry_attempts
    WHERE job_id = %(id)s AND chosen
    UNION ALL
    SELECT number, 1, position FROM anime.generation_parameters
    WHERE job_id = %(id)s AND kind = 'seed' AND number IS NOT NULL
) AS seeds ORDER BY rank, position LIMIT 1
