-- name: list_projects
-- The newest job of a project comes from an index. Jobs are not counted here, because counting a
-- hundred thousand of them takes too long for a list of names; the statistics count them.
SELECT projects.name, projects.created_at, newest.created_at AS newest_job,
    (
        SELECT count(*) FROM anime.characters WHERE characters.project_id = projects.id
    ) AS characters,
    coalesce(shots.shots, '[]') AS shots
FROM anime.projects
LEFT JOIN LATERAL (
    SELECT jobs.created_at FROM anime.jobs WHERE jobs.project_id = projects.id
    ORDER BY jobs.created_at DESC, jobs.id DESC LIMIT 1
) AS newest ON true
LEFT JOIN LATERAL (
    SELECT jsonb_agg(
        jsonb_build_object('episode', episode, 'scene', scene, 'shot', shot)
        ORDER BY episode, scene, shot
    ) AS shots FROM anime.shots WHERE shots.project_id = projects.id
) AS shots ON true
ORDER BY newest.created_at DESC NULLS LAST, projects.name

-- name: list_characters
SELECT projects.name AS project, characters.name, newest.created_at AS newest_job,
    coalesce(versions.versions, '[]') AS versions
FROM anime.characters
JOIN anime.projects ON projects.id = characters.project_id
LEFT JOIN LATERAL (
    SELECT jobs.created_at FROM anime.jobs WHERE jobs.character_id = characters.id
    ORDER BY jobs.created_at DESC, jobs.id DESC LIMIT 1
) AS newest ON true
LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object(
        'id', versions.id, 'version', versions.version, 'folder', versions.folder,
        'machine', machines.name, 'sha256', versions.sha256, 'model', versions.model,
        'backend', versions.backend, 'threshold', versions.threshold,
        'calibrated', versions.calibrated, 'saved_at', versions.saved_at,
        'references', (
            SELECT count(*) FROM anime.character_references AS pictures
            WHERE pictures.version_id = versions.id AND pictures.used
        )
    ) ORDER BY versions.saved_at DESC, versions.id) AS versions
    FROM anime.character_versions AS versions
    JOIN anime.machines ON machines.id = versions.machine_id
    WHERE versions.character_id = characters.id
) AS versions ON true
ORDER BY characters.name, projects.name
