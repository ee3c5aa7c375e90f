-- name: add_event
INSERT INTO anime.job_events (id, job_id, kind, at, state, data)
VALUES (%(id)s, %(job_id)s, %(kind)s, %(at)s, %(state)s, %(data)s::jsonb)
ON CONFLICT (id) DO NOTHING

-- name: store_workflow
UPDATE anime.jobs SET workflow = coalesce(workflow, %(workflow)s::jsonb) WHERE id = %(job_id)s

-- name: start_job
UPDATE anime.jobs SET started_at = coalesce(started_at, %(at)s) WHERE id = %(job_id)s

-- name: continue_job
UPDATE anime.jobs SET state = %(state)s, finished_at = NULL WHERE id = %(job_id)s

-- name: progress_job
UPDATE anime.jobs SET
    started_at = coalesce(started_at, %(at)s), progress = %(progress)s,
    progress_node_id = %(node_id)s
WHERE id = %(job_id)s AND finished_at IS NULL

-- name: finish_job
UPDATE anime.jobs SET
    state = %(state)s, started_at = coalesce(%(started_at)s, started_at),
    finished_at = %(finished_at)s, error_node_id = %(node_id)s, error_node_type = %(node_type)s,
    error_exception = %(exception)s, error_message = %(message)s,
    error_traceback = %(traceback)s,
    progress = CASE WHEN %(state)s = 'completed' THEN 1 ELSE progress END,
    progress_node_id = NULL, saved_by = %(saved_by)s
WHERE id = %(job_id)s

-- name: find_artifact
SELECT 1 FROM anime.artifacts WHERE job_id = %(job_id)s AND path = %(path)s

-- name: add_artifact
INSERT INTO anime.artifacts
    (event_id, job_id, path, kind, bytes, sha256, width, height, frames, fps, written_at, node_id,
     node_type)
VALUES
    (%(event_id)s, %(job_id)s, %(path)s, %(kind)s, %(bytes)s, %(sha256)s, %(width)s, %(height)s,
     %(frames)s, %(fps)s, %(written_at)s, %(node_id)s, %(node_type)s)

-- name: add_thumbnail
INSERT INTO anime.thumbnails (event_id, webp) VALUES (%(event_id)s, %(webp)s)

-- name: add_review
INSERT INTO anime.reviews (id, job_id, verdict, reason, reviewer, reviewed_at)
VALUES (%(id)s, %(job_id)s, %(verdict)s, %(reason)s, %(reviewer)s, %(reviewed_at)s)
