-- name: add_report
INSERT INTO anime.reports
    (event_id, job_id, position, node_id, subject, verdict, score, frames, fps,
     worst_frame, worst_reason_code, worst_reason)
VALUES
    (%(event_id)s, %(job_id)s, %(position)s, %(node_id)s, %(subject)s, %(verdict)s, %(score)s,
     %(frames)s, %(fps)s, %(worst_frame)s, %(worst_reason_code)s, %(worst_reason)s)
RETURNING id

-- name: add_measurement
INSERT INTO anime.measurements
    (report_id, position, name, value, unit, better, low, high, threshold_from, threshold_to,
     required, verdict, reason_code, reason_values, reason, backend, per_frame, details)
VALUES
    (%(report_id)s, %(position)s, %(name)s, %(value)s, %(unit)s, %(better)s, %(low)s, %(high)s,
     %(threshold_from)s, %(threshold_to)s, %(required)s, %(verdict)s, %(reason_code)s,
     %(reason_values)s::jsonb, %(reason)s, %(backend)s, %(per_frame)s::jsonb, %(details)s::jsonb)

-- name: explain_report
UPDATE anime.reports SET explained_by = %(name)s WHERE id = %(id)s

-- name: type_of_node
SELECT graph -> node ->> 'class_type'
FROM anime.jobs, unnest(%(nodes)s::text[]) WITH ORDINALITY AS possible_original (node, place)
WHERE id = %(job_id)s AND graph ? node
ORDER BY place LIMIT 1

-- name: add_retry_attempt
INSERT INTO anime.retry_attempts (job_id, node_id, number, seed, verdict, score, reason, chosen)
VALUES
    (%(job_id)s, %(node_id)s, %(number)s, %(seed)s, %(verdict)s, %(score)s, %(reason)s, %(chosen)s)
ON CONFLICT DO NOTHING
