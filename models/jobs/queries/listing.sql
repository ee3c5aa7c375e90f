-- name: page_of_jobs
WITH jobs AS MATERIALIZED (
    SELECT jobs.*, {goodness} AS goodness FROM anime.jobs
    WHERE {condition} ORDER BY {order} LIMIT %(limit)s
)
SELECT
    jobs.id, jobs.prompt_id, projects.name AS project, coalesce(shots.episode, '') AS episode,
    coalesce(shots.scene, '') AS scene, coalesce(shots.shot, '') AS shot,
    coalesce(characters.name, '') AS character, jobs.tags, jobs.state, jobs.progress,
    jobs.progress_node_id, jobs.verdict, jobs.score, jobs.judged_by, jobs.review, jobs.source,
    machines.name AS machine, jobs.model, jobs.created_at, jobs.started_at, jobs.finished_at,
    jobs.reproduced_from, jobs.error_message AS error, jobs.goodness,
    EXISTS (
        SELECT FROM anime.artifacts JOIN anime.thumbnails USING (event_id)
        WHERE artifacts.job_id = jobs.id
    ) AS has_thumbnail,
    worst.reason_code, worst.reason_values, worst.reason
FROM jobs
JOIN anime.projects ON projects.id = jobs.project_id
JOIN anime.machines ON machines.id = jobs.machine_id
LEFT JOIN anime.shots ON shots.id = jobs.shot_id
LEFT JOIN anime.characters ON characters.id = jobs.character_id
LEFT JOIN LATERAL (
    SELECT measurements.reason_code, measurements.reason_values, measurements.reason
    FROM anime.reports JOIN anime.measurements ON measurements.report_id = reports.id
    WHERE reports.job_id = jobs.id AND reports.decides AND reports.verdict = jobs.verdict
        AND measurements.verdict = reports.verdict AND measurements.verdict <> 'PASS'
    ORDER BY reports.score NULLS FIRST, reports.position,
        measurements.reason_code = reports.worst_reason_code DESC NULLS LAST,
        measurements.required DESC, measurements.position
    LIMIT 1
) AS worst ON true
ORDER BY {order_of_rows}
