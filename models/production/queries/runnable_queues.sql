-- name: waiting_queues
SELECT DISTINCT ON (phases.queue)
    phases.queue, phases.parameters, phase_definitions.version, phase_definitions.definition
FROM anime.phases JOIN anime.phase_definitions USING (version)
WHERE phases.state = 'queued' AND phases.queue_job_id IS NOT NULL
ORDER BY phases.queue
