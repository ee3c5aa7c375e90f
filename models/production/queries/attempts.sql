-- name: claim_phase
UPDATE anime.phases SET process_id = %(process_id)s WHERE id = %(phase_id)s

-- name: add_attempt
INSERT INTO anime.attempts
    (id, phase_id, number, state, seed, parameters, process_id, prompt_id)
VALUES
    (%(id)s, %(phase_id)s, %(number)s, 'running', %(seed)s, %(parameters)s::jsonb,
     %(process_id)s, %(prompt_id)s)
ON CONFLICT (id) DO NOTHING

-- name: judge_attempt
UPDATE anime.attempts SET job_id = %(job_id)s, verdict = %(verdict)s, score = %(score)s
WHERE id = %(id)s

-- name: choose_attempt
UPDATE anime.attempts SET chosen = id = %(chosen)s WHERE phase_id = %(phase_id)s

-- name: running_attempt
SELECT attempts.state FROM anime.attempts JOIN anime.phases ON phases.id = attempts.phase_id
WHERE attempts.id = %(attempt_id)s AND attempts.state = 'running'
    AND phases.id = %(phase_id)s AND phases.state = 'running'
    AND phases.process_id = %(process_id)s AND phases.queue_job_id = %(queue_job_id)s

-- name: deciding_report
SELECT id FROM anime.reports WHERE job_id = %(job_id)s AND node_id = ANY(%(nodes)s)
ORDER BY verdict = 'PASS', position LIMIT 1

-- name: superseded_attempts
-- An attempt was declared lost, and the outbox of its machine reported the end of its job later.
SELECT attempts.phase_id, attempts.id, jobs.id FROM anime.attempts
JOIN anime.jobs ON jobs.prompt_id = attempts.prompt_id
WHERE attempts.state = 'lost' AND jobs.state IN ('completed', 'failed', 'cancelled')
