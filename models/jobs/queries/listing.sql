-- name: page_of_jobs
WITH jobs AS MATERIALIZED (
    SELECT jobs.*, {goodness} AS goodness FROM anime.jobs
    WHERE {condition} ORDER BY {order} LIMIT %(limit)s
)
SELECT {columns}, jobs.goodness FROM jobs {names}
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
