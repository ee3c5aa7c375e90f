-- name: is_queue_there
-- Not by `to_regclass`: a session remembers what it didn't find, and looks again too late.
SELECT EXISTS (
    SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = 'anime_queue' AND relname = 'procrastinate_jobs'
)

-- name: waiting_queue_job
-- One that runs doesn't count: it is about to end, or it would not be queued again.
SELECT id FROM procrastinate_jobs WHERE lock = %(lock)s AND status = 'todo'

-- name: open_queue_jobs
SELECT id FROM procrastinate_jobs WHERE lock = %(lock)s AND status IN ('todo', 'doing')
