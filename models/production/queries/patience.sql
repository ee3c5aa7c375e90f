-- name: queues_to_take
-- What is next in line and what may have to be taken over.
SELECT DISTINCT ON (phases.queue)
    phases.queue, phases.parameters, phase_definitions.version, phase_definitions.definition
FROM anime.phases JOIN anime.phase_definitions USING (version)
WHERE phases.state IN ('queued', 'running')
ORDER BY phases.queue
