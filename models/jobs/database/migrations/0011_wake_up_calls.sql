-- An older pack may go on writing: yes.
-- A phase names the job of procrastinate that may act on it, so that a process which was suspended
-- and taken for dead writes nothing when it wakes. Older packs leave the column empty:
-- a phase without it gets a new job.

ALTER TABLE anime.phases ADD COLUMN queue_job_id bigint;
COMMENT ON COLUMN anime.phases.queue_job_id IS
    'Id of the job in procrastinate''s queue that may act on the phase: while the phase is queued, the job that wakes a worker; while it runs, the job with which its process took it. NULL if none may act, and in phases of older packs until they are queued again.';
