-- name: lock_job
SELECT state FROM anime.jobs WHERE id = %(id)s FOR NO KEY UPDATE

-- name: is_job_deleted
SELECT 1 FROM anime.deleted_jobs WHERE id = %(id)s

-- name: find_process
SELECT 1 FROM anime.processes WHERE id = %(process_id)s

-- name: add_process
INSERT INTO anime.processes (id, machine_id) VALUES (%(process_id)s, %(machine_id)s)
ON CONFLICT (id) DO NOTHING

-- name: add_job
-- The job that is run again may have been deleted, or be in another database.
INSERT INTO anime.jobs (project_id, shot_id, character_id, machine_id, state, reproduced_from,
    {columns})
VALUES
    (%(project_id)s, %(shot_id)s, %(character_id)s, %(machine_id)s, %(state)s,
     (SELECT id FROM anime.jobs WHERE id = %(reproduced_from)s FOR KEY SHARE), {values})
ON CONFLICT (id) DO NOTHING

-- name: rename_job
UPDATE anime.jobs SET
    project_id = %(project_id)s, shot_id = %(shot_id)s, character_id = %(character_id)s,
    tags = %(tags)s
WHERE id = %(id)s

-- name: store_graph
UPDATE anime.jobs SET graph = %(graph)s::jsonb WHERE id = %(id)s AND graph IS NULL

-- A named row is searched before it is added: an UPSERT locks its row until the transaction ends,
-- so that all processes that write to one project would wait for each other. If two processes add
-- the same row at the same time, the second one finds the row of the first.

-- name: find_project
SELECT id FROM anime.projects WHERE name = %(project)s

-- name: add_project
INSERT INTO anime.projects (name) VALUES (%(project)s) ON CONFLICT DO NOTHING

-- name: find_shot
SELECT id FROM anime.shots
WHERE project_id = %(project_id)s AND episode = %(episode)s AND scene = %(scene)s
    AND shot = %(shot)s

-- name: add_shot
INSERT INTO anime.shots (project_id, episode, scene, shot)
VALUES (%(project_id)s, %(episode)s, %(scene)s, %(shot)s) ON CONFLICT DO NOTHING

-- name: find_character
SELECT id FROM anime.characters WHERE project_id = %(project_id)s AND name = %(character)s

-- name: add_character
INSERT INTO anime.characters (project_id, name)
VALUES (%(project_id)s, %(character)s) ON CONFLICT DO NOTHING

-- name: find_machine
SELECT id FROM anime.machines WHERE name = %(machine)s

-- name: add_machine
INSERT INTO anime.machines (name) VALUES (%(machine)s) ON CONFLICT DO NOTHING
