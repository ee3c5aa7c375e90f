-- name: beat
UPDATE anime.processes SET seen_at = clock_timestamp() WHERE id = %(id)s AND pid IS NOT NULL
    AND ended_at IS NULL

-- name: register_process
INSERT INTO anime.processes (id, machine_id, pid) VALUES (%(id)s, %(machine_id)s, %(pid)s)
ON CONFLICT (id) DO UPDATE SET
    seen_at = clock_timestamp(), ended_at = NULL, pid = excluded.pid

-- name: revive_jobs
-- These are the jobs of a process that was declared dead but still runs.
UPDATE anime.jobs SET
    state = CASE WHEN started_at IS NULL THEN 'pending' ELSE 'in_progress' END, finished_at = NULL
WHERE process_id = %(id)s AND state = 'lost'

-- name: other_processes
SELECT id, seen_at FROM anime.processes WHERE ended_at IS NULL AND id <> %(id)s

-- name: end_processes
UPDATE anime.processes SET ended_at = seen_at
WHERE id = ANY(%(ids)s) AND ended_at IS NULL

-- name: lose_jobs
-- A row that another transaction writes now is left for the next heartbeat. A job without a process
-- was recorded by an older version of the pack or outside a prompt. The events of the processes in
-- `unshipped` still wait in an outbox; if it is `settled`, no event waits there. The jobs of
-- another machine are left to the processes that run there, because an outbox there may hold their
-- ends.
WITH ended AS (
    SELECT jobs.id, processes.ended_at
    FROM anime.jobs LEFT JOIN anime.processes ON processes.id = jobs.process_id
    WHERE jobs.finished_at IS NULL AND (
        processes.ended_at IS NOT NULL AND processes.id <> ALL (%(unshipped)s::uuid[])
            AND NOT EXISTS (
                SELECT FROM anime.processes AS neighbours
                WHERE neighbours.machine_id = processes.machine_id AND neighbours.pid IS NOT NULL
                    AND neighbours.ended_at IS NULL
                    AND neighbours.seen_at > now() - interval '1 minute'
                    AND neighbours.machine_id <> (
                        SELECT machine_id FROM anime.processes AS own WHERE own.id = %(id)s
                    )
            )
        OR %(settled)s AND jobs.process_id IS NULL AND jobs.created_at < now() - interval '1 day'
    )
    FOR NO KEY UPDATE OF jobs SKIP LOCKED
), lost AS (
    UPDATE anime.jobs SET
        state = 'lost', progress_node_id = NULL,
        finished_at = greatest(ended.ended_at, jobs.started_at, jobs.created_at)
    FROM ended WHERE ended.id = jobs.id RETURNING jobs.id
)
INSERT INTO anime.job_events (id, job_id, kind, at, state)
SELECT md5(id || 'job_lost')::uuid, id, 'job_lost', now(), 'lost' FROM lost
ON CONFLICT (id) DO UPDATE SET at = excluded.at, received_at = excluded.received_at
