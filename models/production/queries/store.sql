-- name: count_unfinished
SELECT count(*) FROM anime.productions
WHERE project_id = %(project_id)s AND state IN ('queued', 'running', 'waiting')

-- name: lock_project
SELECT id FROM anime.projects WHERE id = %(project_id)s FOR NO KEY UPDATE

-- name: add_definition
INSERT INTO anime.phase_definitions (version, name, definition)
VALUES (%(version)s, %(name)s, %(definition)s::jsonb) ON CONFLICT (version) DO NOTHING

-- name: add_production
INSERT INTO anime.productions (id, project_id, state, request)
VALUES (%(id)s, %(project_id)s, 'queued', %(request)s::jsonb)

-- name: add_phase
INSERT INTO anime.phases
    (id, production_id, position, version, state, queue, parameters, attempt_limit)
VALUES
    (%(id)s, %(production_id)s, %(position)s, %(version)s, 'queued', %(queue)s, %(parameters)s::jsonb,
     %(attempt_limit)s)

-- name: grant_attempts
UPDATE anime.phases SET attempt_limit = %(limit)s, started_at = NULL WHERE id = %(id)s

-- name: unchoose_attempt
UPDATE anime.attempts SET chosen = false WHERE id = %(id)s
