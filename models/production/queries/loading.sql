-- name: production_of_id
SELECT productions.*, projects.name AS project
FROM anime.productions JOIN anime.projects ON projects.id = productions.project_id
WHERE productions.id = %(id)s

-- name: phases_of_production
SELECT phases.*, phase_definitions.definition, machines.name AS machine
FROM anime.phases
JOIN anime.phase_definitions USING (version)
LEFT JOIN anime.processes ON processes.id = phases.process_id
LEFT JOIN anime.machines ON machines.id = processes.machine_id
WHERE phases.production_id = %(id)s ORDER BY phases.position

-- name: attempts_of_production
-- `attempts.job_id` is empty while the attempt runs, so its job is looked up by the prompt id.
SELECT attempts.*, jobs.id AS job_id_of_prompt, jobs.progress, machines.name AS machine,
    {has_thumbnail} AS has_thumbnail
FROM anime.attempts
JOIN anime.phases ON phases.id = attempts.phase_id
LEFT JOIN anime.processes ON processes.id = attempts.process_id
LEFT JOIN anime.machines ON machines.id = processes.machine_id
LEFT JOIN LATERAL (
    SELECT id, progress FROM anime.jobs WHERE jobs.prompt_id = attempts.prompt_id
    ORDER BY source = 'production' DESC, created_at DESC LIMIT 1
) AS jobs ON true
WHERE phases.production_id = %(id)s ORDER BY attempts.number, attempts.started_at

-- name: artifacts_of_jobs
-- The files of Save Job come first: the next phase takes the first one that fits.
SELECT artifacts.job_id, path, kind, bytes, sha256, width, height, frames, fps, node_id, node_type
FROM anime.artifacts WHERE job_id = ANY(%(jobs)s)
ORDER BY node_id IS NOT NULL, written_at, path

-- name: reports_of_jobs
SELECT job_id, id, node_id, subject, verdict, score, worst_frame, worst_reason_code, worst_reason
FROM anime.reports WHERE job_id = ANY(%(jobs)s) ORDER BY job_id, position

-- name: decisions_of_production
SELECT kind, phase_id, attempt_id, report_id, from_state, to_state, reason_code, reason,
    reasons AS because, decided_by, decided_at
FROM anime.decisions WHERE production_id = %(id)s ORDER BY id
