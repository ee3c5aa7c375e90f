-- name: project_by_name
SELECT id FROM anime.projects WHERE name = %(project)s

-- name: shots_by_name
SELECT id FROM anime.shots
WHERE (%(project_id)s::bigint IS NULL OR project_id = %(project_id)s)
    AND (%(episode)s::text IS NULL OR episode = %(episode)s)
    AND (%(scene)s::text IS NULL OR scene = %(scene)s)
    AND (%(shot)s::text IS NULL OR shot = %(shot)s)

-- name: characters_by_name
SELECT id FROM anime.characters
WHERE name = %(character)s AND (%(project_id)s::bigint IS NULL OR project_id = %(project_id)s)

-- name: folded_text
SELECT anime.folded(%(text)s)

-- name: job_of_seed
SELECT job_id FROM anime.generation_parameters
WHERE kind = 'seed' AND number = %(seed)s::numeric
UNION ALL SELECT job_id FROM anime.retry_attempts WHERE seed = %(seed)s::numeric
LIMIT 1
