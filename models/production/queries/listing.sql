-- name: page_of_productions
SELECT productions.id, projects.name AS project, productions.state, productions.reason_code,
    productions.reason, productions.reasons AS because, productions.created_at,
    productions.changed_at, productions.finished_at,
    productions.request ->> 'prompt' AS prompt, productions.request ->> 'character' AS character,
    phase.name AS phase, phase.position, phase.phases, coalesce(phase.attempt, 0) AS attempt
FROM anime.productions
JOIN anime.projects ON projects.id = productions.project_id
LEFT JOIN LATERAL (
    SELECT phase_definitions.name, phases.position,
        (SELECT count(*) FROM anime.phases AS all_phases
            WHERE all_phases.production_id = productions.id) AS phases,
        (SELECT max(number) FROM anime.attempts WHERE attempts.phase_id = phases.id) AS attempt
    FROM anime.phases JOIN anime.phase_definitions USING (version)
    WHERE phases.production_id = productions.id
    ORDER BY phases.state = 'passed', phases.position
        * CASE WHEN phases.state = 'passed' THEN -1 ELSE 1 END
    LIMIT 1
) AS phase ON true
WHERE (%(project)s::text IS NULL OR projects.name = %(project)s)
    AND (%(state)s::text IS NULL OR productions.state = %(state)s)
    AND (%(after_at)s::timestamptz IS NULL
        OR (productions.created_at, productions.id) < (%(after_at)s, %(after_id)s::uuid))
ORDER BY productions.created_at DESC, productions.id DESC LIMIT %(limit)s
