-- name: old_jobs
SELECT id FROM anime.jobs
WHERE finished_at < now() - %(days)s * interval '1 day'
    AND (%(approved)s OR review IS DISTINCT FROM 'approved')
ORDER BY created_at LIMIT %(most)s
