-- name: beat
UPDATE anime.processes SET seen_at = clock_timestamp() WHERE id = %(id)s AND ended_at IS NULL

-- name: heartbeats_of_holders
-- Heartbeats of the other processes that run phases and whose end isn't known.
SELECT DISTINCT processes.id, processes.seen_at
FROM anime.phases JOIN anime.processes ON processes.id = phases.process_id
WHERE phases.state = 'running' AND processes.ended_at IS NULL AND processes.id <> %(own_id)s

-- name: phases_without_wake_up
-- Phases that may run now, that no living process runs, and whose wake-up call doesn't exist: after
-- the end of a process, after a restore from a backup (which contains no queue), or in a database of
-- an older pack. After a restore, the job of that id may belong to another phase.
SELECT phases.id
FROM anime.phases JOIN anime.productions ON productions.id = phases.production_id
LEFT JOIN anime.processes ON processes.id = phases.process_id
WHERE productions.state IN ('queued', 'running', 'waiting')
    AND (%(phase_id)s::uuid IS NULL OR phases.id = %(phase_id)s)
    AND NOT EXISTS (
        SELECT FROM anime.phases AS earlier
        WHERE earlier.production_id = phases.production_id
            AND earlier.position < phases.position AND earlier.state <> 'passed'
    )
    AND CASE
        WHEN phases.state = 'queued' THEN NOT EXISTS (
            SELECT FROM anime_queue.procrastinate_jobs AS jobs
            WHERE jobs.id = phases.queue_job_id AND jobs.args ->> 'phase_id' = phases.id::text
                AND jobs.status IN ('todo', 'doing')
        )
        WHEN phases.state <> 'running' THEN false
        WHEN phases.process_id = %(own_id)s
            THEN phases.queue_job_id IS DISTINCT FROM %(running_job_id)s::bigint
        ELSE phases.process_id IS NULL OR processes.ended_at IS NOT NULL
            OR phases.process_id = ANY(%(dead)s)
    END
