-- name: queues_to_take
-- Queues with a phase that waits, or that runs and may have to be taken over by another worker.
SELECT DISTINCT ON (phases.queue)
    phases.queue, phases.parameters, phase_definitions.version, phase_definitions.definition
FROM anime.phases JOIN anime.phase_definitions USING (version)
WHERE phases.state IN ('queued', 'running')
ORDER BY phases.queue
