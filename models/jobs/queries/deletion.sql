-- name: lock_state_of_job
SELECT state FROM anime.jobs WHERE id = %(id)s FOR UPDATE

-- name: files_of_job
SELECT artifacts.path, artifacts.sha256, machines.name AS machine
FROM anime.artifacts
JOIN anime.jobs ON jobs.id = artifacts.job_id
JOIN anime.machines ON machines.id = jobs.machine_id
WHERE artifacts.job_id = %(id)s ORDER BY artifacts.written_at, artifacts.path

-- name: add_deleted_job
-- This row is added before the job is deleted, so that an event that arrives at the same time finds
-- it.
INSERT INTO anime.deleted_jobs (id) VALUES (%(id)s) ON CONFLICT DO NOTHING

-- name: delete_job
DELETE FROM anime.jobs WHERE id = %(id)s
