-- name: record_of_job
SELECT {columns} FROM anime.jobs {name_joins} WHERE jobs.id = %(id)s

-- name: reports_of_jobs
SELECT job_id, event_id, position, id, node_id, subject, frames, fps, verdict, score, worst_frame,
    worst_reason_code, worst_reason, decides
FROM anime.reports WHERE job_id = ANY(%(jobs)s) ORDER BY job_id, position

-- name: measurements_of_jobs
SELECT measurements.*
FROM anime.measurements JOIN anime.reports ON reports.id = measurements.report_id
WHERE reports.job_id = ANY(%(jobs)s) ORDER BY measurements.report_id, measurements.position

-- name: artifacts_of_job
-- The files of Save Job come first.
SELECT path, kind, bytes, sha256, width, height, frames, fps, node_id, node_type
FROM anime.artifacts WHERE job_id = %(id)s ORDER BY node_id IS NOT NULL, written_at, path
