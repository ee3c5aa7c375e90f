-- name: record_of_job
SELECT jobs.id, jobs.prompt_id, jobs.client_id, jobs.source, jobs.process_id, jobs.reproduced_from,
    jobs.tags, jobs.state, jobs.progress, jobs.review, jobs.verdict, jobs.score, jobs.judged_by,
    jobs.created_at, jobs.started_at, jobs.finished_at, jobs.error_node_id, jobs.error_node_type,
    jobs.error_exception, jobs.error_message, jobs.error_traceback, projects.name AS project,
    coalesce(shots.episode, '') AS episode,
    coalesce(shots.scene, '') AS scene, coalesce(shots.shot, '') AS shot,
    coalesce(characters.name, '') AS character, machines.name AS machine
FROM anime.jobs
JOIN anime.projects ON projects.id = jobs.project_id
JOIN anime.machines ON machines.id = jobs.machine_id
LEFT JOIN anime.shots ON shots.id = jobs.shot_id
LEFT JOIN anime.characters ON characters.id = jobs.character_id
WHERE jobs.id = %(id)s

-- name: reports_of_jobs
SELECT job_id, event_id, position, id, node_id, subject, frames, fps, verdict, score, worst_frame,
    worst_reason_code, worst_reason, decides
FROM anime.reports WHERE job_id = ANY(%(jobs)s) ORDER BY job_id, position

-- name: measurements_of_jobs
SELECT measurements.*
FROM anime.measurements JOIN anime.reports ON reports.id = measurements.report_id
WHERE reports.job_id = ANY(%(jobs)s) ORDER BY measurements.report_id, measurements.position

-- name: artifacts_of_job
SELECT path, kind, bytes, sha256, width, height, frames, fps
FROM anime.artifacts WHERE job_id = %(id)s ORDER BY written_at, path
