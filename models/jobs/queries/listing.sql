-- name: page_of_jobs
WITH jobs AS MATERIALIZED (
    SELECT jobs.*, {goodness} AS goodness FROM anime.jobs
    WHERE {condition} ORDER BY {order} LIMIT %(limit)s
)
SELECT {columns}, jobs.goodness FROM jobs {name_joins}
LEFT JOIN LATERAL (
    SELECT measurements.reason_code, measurements.reason_values, measurements.reason
    FROM anime.reports JOIN anime.measurements
        ON measurements.report_id = reports.id AND measurements.name = reports.explained_by
    WHERE reports.job_id = jobs.id AND reports.decides AND reports.verdict = jobs.verdict
    ORDER BY reports.score NULLS FIRST, reports.position
    LIMIT 1
) AS worst ON true
ORDER BY {order_of_rows}
