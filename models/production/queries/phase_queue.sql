-- name: queue_exists
-- `to_regclass` is not used: a session caches a failed lookup and sees the new table too late.
SELECT EXISTS (
    SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = 'anime_queue' AND relname = 'procrastinate_jobs'
)

-- name: time_after
SELECT clock_timestamp() + make_interval(secs => %(seconds)s)

-- name: name_queue_job
UPDATE anime.phases SET queue_job_id = %(queue_job_id)s WHERE id = %(id)s
