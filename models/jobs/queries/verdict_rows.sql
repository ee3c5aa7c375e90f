-- name: job_to_judge
SELECT state, graph, saved_by FROM anime.jobs WHERE id = %(job_id)s

-- name: summaries_of_reports
SELECT job_id, id, node_id, subject, verdict, score FROM anime.reports
WHERE job_id = ANY(%(jobs)s) ORDER BY job_id, position

-- name: store_verdicts
-- Rows that stay the same are left out, because PostgreSQL writes a changed row into every index.
UPDATE anime.jobs SET
    verdict = judged.verdict, score = judged.score, judged_by = judged.judged_by
FROM unnest(
    %(jobs)s::uuid[], %(verdicts)s::text[], %(scores)s::float8[], %(rules)s::text[]
) AS judged (id, verdict, score, judged_by)
WHERE jobs.id = judged.id AND (jobs.verdict, jobs.score, jobs.judged_by)
    IS DISTINCT FROM (judged.verdict, judged.score, judged.judged_by)

-- name: mark_deciding_reports
UPDATE anime.reports SET decides = NOT decides
WHERE job_id = ANY(%(jobs)s) AND decides <> (id = ANY(%(deciding)s::bigint[]))
