-- name: orphaned_phases
-- Running phases of processes that have ended: no heartbeat timeout has to pass first.
SELECT phases.id FROM anime.phases JOIN anime.processes ON processes.id = phases.process_id
WHERE phases.state = 'running' AND processes.ended_at IS NOT NULL AND processes.id <> %(own)s

-- name: phases_without_job
-- Open phases without a job in the queue, such as after a restore from a backup, which has no queue.
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
