-- An older pack may go on writing: no.
-- Jobs from the moment they are queued: their process, workflow, parameters, attempts and reviews.

CREATE TABLE anime.processes (
    id uuid PRIMARY KEY,
    machine_id bigint NOT NULL REFERENCES anime.machines,
    pid integer CHECK (pid > 0),
    started_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz
);
COMMENT ON TABLE anime.processes IS 'A running ComfyUI. One that is no longer seen has lost its jobs.';
COMMENT ON COLUMN anime.processes.id IS 'Its own: the system gives its number out again.';
COMMENT ON COLUMN anime.processes.pid IS 'On its machine; NULL where it only was heard of by its jobs.';
COMMENT ON COLUMN anime.processes.started_at IS 'When it was first seen, by the database''s clock.';
COMMENT ON COLUMN anime.processes.seen_at IS 'Its last heartbeat, by the database''s clock.';
COMMENT ON COLUMN anime.processes.ended_at IS
    'When it left, or its last heartbeat before it was taken for dead; NULL while it runs.';
CREATE INDEX processes_of_a_machine ON anime.processes (machine_id, seen_at DESC);
CREATE INDEX processes_that_may_run ON anime.processes (seen_at) WHERE ended_at IS NULL;

ALTER TABLE anime.jobs
    ADD COLUMN process_id uuid REFERENCES anime.processes,
    ADD COLUMN client_id text,
    ADD COLUMN source text NOT NULL DEFAULT 'api'
        CHECK (source IN ('editor', 'api', 'production')),
    ADD COLUMN workflow jsonb,
    ADD COLUMN progress double precision CHECK (progress BETWEEN 0 AND 1),
    ADD COLUMN progress_node_id text,
    ADD COLUMN verdict text CHECK (verdict IN ('PASS', 'FAIL', 'NOT_MEASURED')),
    ADD COLUMN score double precision CHECK (score BETWEEN 0 AND 100),
    ADD COLUMN reproduced_from uuid REFERENCES anime.jobs ON DELETE SET NULL
        CHECK (reproduced_from <> id);
COMMENT ON COLUMN anime.jobs.state IS
    'Lost: its process is gone. That yields to what the process says later; the ends don''t.';
COMMENT ON COLUMN anime.jobs.started_at IS 'When ComfyUI began it; NULL while it waits.';
COMMENT ON COLUMN anime.jobs.finished_at IS
    'When it ended; of a lost job, when its process was last seen.';
COMMENT ON COLUMN anime.jobs.process_id IS 'The ComfyUI that runs it; NULL for a job of an older pack.';
COMMENT ON COLUMN anime.jobs.client_id IS 'Who asked, as ComfyUI knows them; NULL where none was said.';
COMMENT ON COLUMN anime.jobs.workflow IS 'As the editor saves it; NULL where a script asked.';
COMMENT ON COLUMN anime.jobs.progress IS 'Part of the prompt''s nodes that are done, 0 to 1.';
COMMENT ON COLUMN anime.jobs.verdict IS 'The worst of its reports; NULL where nothing was measured.';
COMMENT ON COLUMN anime.jobs.score IS 'The lowest of its reports; NULL where one has none.';
COMMENT ON COLUMN anime.jobs.reproduced_from IS 'The job that it runs again.';
CREATE INDEX jobs_of_a_process ON anime.jobs (process_id) WHERE finished_at IS NULL;
CREATE INDEX jobs_from_a_job ON anime.jobs (reproduced_from) WHERE reproduced_from IS NOT NULL;

UPDATE anime.jobs SET (verdict, score) = (
    SELECT
        CASE
            WHEN bool_or(reports.verdict = 'FAIL') THEN 'FAIL'
            WHEN bool_or(reports.verdict = 'NOT_MEASURED') THEN 'NOT_MEASURED'
            WHEN count(*) > 0 THEN 'PASS'
        END,
        CASE WHEN bool_and(reports.score IS NOT NULL) THEN min(reports.score) END
    FROM anime.reports WHERE reports.job_id = jobs.id
);

ALTER TABLE anime.job_events
    ADD COLUMN state text
        CHECK (state IN ('pending', 'in_progress', 'completed', 'failed', 'cancelled', 'lost')),
    ADD COLUMN data jsonb NOT NULL DEFAULT '{}';
UPDATE anime.job_events SET state = CASE kind
    WHEN 'job_started' THEN 'in_progress'
    WHEN 'job_finished' THEN (SELECT jobs.state FROM anime.jobs WHERE jobs.id = job_events.job_id)
END;
COMMENT ON COLUMN anime.job_events.state IS
    'What the job came to be by it; NULL where it changed nothing.';
COMMENT ON COLUMN anime.job_events.data IS 'What else is to be said of it; its shape is the kind''s.';

CREATE TABLE anime.generation_params (
    job_id uuid NOT NULL REFERENCES anime.jobs ON DELETE CASCADE,
    position integer NOT NULL CHECK (position >= 0),
    node_id text NOT NULL,
    node_type text NOT NULL,
    kind text NOT NULL CHECK (kind <> ''),
    name text NOT NULL,
    text text,
    number numeric,
    sha256 text CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    PRIMARY KEY (job_id, position),
    CHECK (text IS NOT NULL OR number IS NOT NULL)
);
COMMENT ON TABLE anime.generation_params IS 'What a job''s pictures were made with: an input of a node.';
COMMENT ON COLUMN anime.generation_params.kind IS
    'What it is for: positive, negative, seed, model, lora, sampler, …; a LoRA''s file and strengths share the node.';
COMMENT ON COLUMN anime.generation_params.name IS 'Of the node''s input.';
COMMENT ON COLUMN anime.generation_params.number IS 'A seed needs more digits than a float has.';
COMMENT ON COLUMN anime.generation_params.sha256 IS 'Of the model file, where it is known.';
CREATE INDEX params_by_text ON anime.generation_params (kind, md5(text));

CREATE TABLE anime.retry_attempts (
    job_id uuid NOT NULL REFERENCES anime.jobs ON DELETE CASCADE,
    node_id text NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    seed numeric NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('PASS', 'FAIL', 'NOT_MEASURED')),
    score double precision CHECK (score BETWEEN 0 AND 100),
    reason text NOT NULL,
    chosen boolean NOT NULL,
    PRIMARY KEY (job_id, node_id, number)
);
COMMENT ON TABLE anime.retry_attempts IS 'One round of a retry inside a prompt.';
COMMENT ON COLUMN anime.retry_attempts.node_id IS 'The Retry End''s.';
COMMENT ON COLUMN anime.retry_attempts.reason IS 'Why it failed, or empty.';

ALTER TABLE anime.artifacts
    DROP CONSTRAINT artifacts_kind_check,
    ADD CONSTRAINT artifacts_kind_check CHECK (kind IN ('image', 'animation', 'video'));

CREATE TABLE anime.thumbnails (
    event_id uuid PRIMARY KEY REFERENCES anime.artifacts ON DELETE CASCADE,
    webp bytea NOT NULL
);
COMMENT ON TABLE anime.thumbnails IS 'A small picture of an artifact, so that other machines can show it.';

CREATE TABLE anime.reviews (
    id uuid PRIMARY KEY,
    job_id uuid NOT NULL REFERENCES anime.jobs ON DELETE CASCADE,
    verdict text NOT NULL CHECK (verdict IN ('approved', 'rejected')),
    reason text NOT NULL DEFAULT '',
    reviewer text NOT NULL DEFAULT '',
    reviewed_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE anime.reviews IS 'A person''s judgement of a job. The newest holds.';
COMMENT ON COLUMN anime.reviews.id IS 'The event''s, so that it counts once.';
CREATE INDEX reviews_of_a_job ON anime.reviews (job_id, reviewed_at DESC);

CREATE TABLE anime.deleted_jobs (
    id uuid PRIMARY KEY,
    deleted_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE anime.deleted_jobs IS 'Jobs that were deleted: what is still said of them is dropped.';
