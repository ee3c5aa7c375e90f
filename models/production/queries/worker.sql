-- name: orphaned_phases
-- Phases of processes that are known to be gone: no heartbeat has to be waited for.
SELECT phases.id FROM anime.phases JOIN anime.processes ON processes.id = phases.process_id
WHERE phases.state = 'running' AND processes.ended_at IS NOT NULL AND processes.id <> %(own)s

-- name: forgotten_phases
-- A database that was restored from a backup has productions and no queue.
SELECT phases.id, phases.queue
FROM anime.phases JOIN anime.productions ON productions.id = phases.production_id
WHERE productions.state IN ('queued', 'running', 'waiting')
    AND phases.state IN ('queued', 'running')
    AND NOT EXISTS (
        SELECT FROM anime.phases AS earlier
        WHERE earlier.production_id = phases.production_id
            AND earlier.position < phases.position AND earlier.state <> 'passed'
    )
    AND NOT EXISTS (
        SELECT FROM anime_queue.procrastinate_jobs AS jobs
        WHERE jobs.lock = phases.id::text AND jobs.status IN ('todo', 'doing')
    )
