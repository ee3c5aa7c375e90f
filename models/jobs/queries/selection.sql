-- name: lock_jobs
-- In the order of their ids, so that two requests for the same jobs don't wait for each other.
SELECT id, state, tags FROM anime.jobs WHERE id = ANY(%(ids)s) ORDER BY id FOR UPDATE

-- name: files_of_jobs
SELECT artifacts.job_id, artifacts.path, artifacts.sha256, machines.name AS machine
FROM anime.artifacts
JOIN anime.jobs ON jobs.id = artifacts.job_id
JOIN anime.machines ON machines.id = jobs.machine_id
WHERE artifacts.job_id = ANY(%(ids)s) ORDER BY artifacts.written_at, artifacts.path

-- name: add_deleted_jobs
INSERT INTO anime.deleted_jobs (id) SELECT unnest(%(ids)s::uuid[]) ON CONFLICT DO NOTHING

-- name: delete_jobs
DELETE FROM anime.jobs WHERE id = ANY(%(ids)s)

-- name: store_tags
UPDATE anime.jobs SET tags = ARRAY(
    SELECT value FROM jsonb_array_elements_text(changed.tags) WITH ORDINALITY AS tags (value, place)
    ORDER BY place
)
FROM jsonb_to_recordset(%(tags)s::jsonb) AS changed (id uuid, tags jsonb)
WHERE jobs.id = changed.id

-- name: names_of_jobs
SELECT {columns} FROM anime.jobs {name_joins} WHERE jobs.id = ANY(%(ids)s)
