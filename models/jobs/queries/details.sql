-- name: job_of_id
SELECT id FROM anime.jobs WHERE id = %(id)s

-- name: newest_job_of_prompt
-- A client may send a prompt under the id of a production's prompt. The production's job goes first.
SELECT id FROM anime.jobs WHERE prompt_id = %(prompt_id)s
ORDER BY source = 'production' DESC, created_at DESC, id DESC LIMIT 1

-- name: events_of_job
SELECT id, kind, state, at, received_at, data FROM anime.job_events
WHERE job_id = %(id)s ORDER BY at, received_at, id

-- name: parameters_of_job
SELECT node_id, node_type, kind, name, text, number, sha256 FROM anime.generation_parameters
WHERE job_id = %(id)s ORDER BY position

-- name: retry_attempts_of_job
SELECT node_id, number, seed, verdict, score, reason, chosen FROM anime.retry_attempts
WHERE job_id = %(id)s ORDER BY node_id, number

-- name: reviews_of_job
SELECT id, verdict, reason, reviewer, reviewed_at FROM anime.reviews
WHERE job_id = %(id)s ORDER BY reviewed_at DESC, id DESC

-- name: graph_of_job
-- The output nodes are NULL for a job of a version that did not record them.
SELECT graph, workflow, (
    SELECT data -> 'output_nodes' FROM anime.job_events
    WHERE job_id = jobs.id AND kind = 'job_queued' ORDER BY at, id LIMIT 1
) AS output_nodes
FROM anime.jobs WHERE id = %(id)s

-- name: production_of_job
-- An attempt has its prompt_id from its beginning, but its job_id only later.
SELECT phases.production_id
FROM anime.jobs
JOIN anime.attempts ON attempts.prompt_id = jobs.prompt_id
JOIN anime.phases ON phases.id = attempts.phase_id
WHERE jobs.id = %(id)s AND jobs.source = 'production' LIMIT 1

-- name: thumbnail_of_job
-- Without a path, the thumbnail is that of the first file that has one, in the order of the job's
-- files.
SELECT thumbnails.event_id, thumbnails.webp
FROM anime.artifacts JOIN anime.thumbnails USING (event_id)
WHERE artifacts.job_id = %(id)s AND artifacts.path = coalesce(%(path)s, artifacts.path)
ORDER BY artifacts.node_id IS NOT NULL, artifacts.written_at, artifacts.path LIMIT 1

-- name: thumbnail_of_reports
-- For a job without such a file: the worst frame of a report that decides the verdict, and of one
-- that fails if there are several.
SELECT snapshots.set_id, snapshots.thumbnail
FROM anime.snapshots
LEFT JOIN anime.reports
    ON reports.job_id = snapshots.job_id AND snapshots.set_id = ANY(reports.snapshot_sets)
WHERE snapshots.job_id = %(id)s AND snapshots.thumbnail IS NOT NULL
ORDER BY reports.decides DESC NULLS LAST, reports.verdict = 'FAIL' DESC, reports.score,
    reports.position
LIMIT 1

-- name: paths_with_thumbnail
SELECT artifacts.path FROM anime.artifacts JOIN anime.thumbnails USING (event_id)
WHERE artifacts.job_id = %(id)s
