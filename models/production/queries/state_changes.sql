-- name: lock_production
SELECT id FROM anime.productions WHERE id = %(id)s FOR NO KEY UPDATE

-- name: production_of_phase
SELECT production_id FROM anime.phases WHERE id = %(id)s

-- name: move_production
UPDATE anime.productions SET
    state = %(state)s, reason_code = %(reason_code)s, reason = %(reason)s,
    reasons = %(reasons)s::jsonb, changed_at = clock_timestamp(),
    finished_at = CASE WHEN %(ended)s THEN clock_timestamp() END
WHERE id = %(id)s

-- name: move_phase
UPDATE anime.phases SET
    state = %(state)s, reason_code = %(reason_code)s, reason = %(reason)s,
    reasons = %(reasons)s::jsonb, process_id = CASE WHEN %(state)s = 'running' THEN process_id END,
    queue_job_id = CASE WHEN %(state)s = 'running' THEN queue_job_id END,
    started_at = CASE WHEN %(state)s = 'running' THEN coalesce(started_at, clock_timestamp())
        ELSE started_at END,
    finished_at = CASE WHEN %(ended)s THEN clock_timestamp() END
WHERE id = %(id)s

-- name: move_attempt
UPDATE anime.attempts SET
    state = %(state)s, reason_code = %(reason_code)s, reason = %(reason)s,
    reasons = %(reasons)s::jsonb, finished_at = coalesce(finished_at, clock_timestamp())
WHERE id = %(id)s

-- name: touch_production
UPDATE anime.productions SET changed_at = clock_timestamp() WHERE id = %(production_id)s

-- name: add_decision
INSERT INTO anime.decisions
    (production_id, phase_id, attempt_id, report_id, kind, from_state, to_state, reason_code,
     reason, reasons, decided_by)
VALUES
    (%(production_id)s, %(phase_id)s, %(attempt_id)s, %(report_id)s, %(kind)s, %(from_state)s,
     %(to_state)s, %(reason_code)s, %(reason)s, %(reasons)s::jsonb, %(decided_by)s)
