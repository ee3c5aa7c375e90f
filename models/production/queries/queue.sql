-- name: queue_exists
-- `to_regclass` is not used: a session caches a failed lookup and sees the new table too late.
SELECT EXISTS (
    SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = 'anime_queue' AND relname = 'procrastinate_jobs'
)

-- name: waiting_queue_job
-- A running job is not counted: a phase is queued again only when its running job is about to end.
SELECT id FROM procrastinate_jobs WHERE lock = %(lock)s AND status = 'todo'

-- name: open_queue_jobs
SELECT id FROM procrastinate_jobs WHERE lock = %(lock)s AND status IN ('todo', 'doing')
