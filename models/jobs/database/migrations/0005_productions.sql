-- An older pack may go on writing: no.
-- Productions: what was asked for, its phases in their order, and every attempt with its decision.

CREATE TABLE anime.phase_definitions (
    version text PRIMARY KEY CHECK (version ~ '^[0-9a-f]{64}$'),
    name text NOT NULL CHECK (name <> ''),
    definition jsonb NOT NULL,
    first_seen_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE anime.phase_definitions IS
    'A phase as it was when a production began: its workflow, parameters, gates and policy.';
COMMENT ON COLUMN anime.phase_definitions.version IS 'SHA-256 of the definition.';
COMMENT ON COLUMN anime.phase_definitions.name IS 'The id that people use; one name may have had several versions.';

CREATE TABLE anime.productions (
    id uuid PRIMARY KEY,
    project_id bigint NOT NULL REFERENCES anime.projects,
    state text NOT NULL
        CHECK (state IN ('queued', 'running', 'waiting', 'completed', 'failed', 'cancelled')),
    request jsonb NOT NULL,
    reason_code text,
    reason text,
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    CHECK ((finished_at IS NULL) = (state IN ('queued', 'running', 'waiting')))
);
COMMENT ON TABLE anime.productions IS 'A request that goes through phases unattended.';
COMMENT ON COLUMN anime.productions.state IS 'waiting: for a person''s approval.';
COMMENT ON COLUMN anime.productions.request IS 'As it was asked for, with the defaults filled in.';
COMMENT ON COLUMN anime.productions.reason IS 'Why it failed, was cancelled or waits; NULL otherwise.';
CREATE INDEX productions_newest_first ON anime.productions (created_at DESC, id DESC);
CREATE INDEX productions_of_a_project ON anime.productions (project_id, state);

CREATE TABLE anime.phases (
    id uuid PRIMARY KEY,
    production_id uuid NOT NULL REFERENCES anime.productions ON DELETE CASCADE,
    position integer NOT NULL CHECK (position >= 0),
    version text NOT NULL REFERENCES anime.phase_definitions,
    state text NOT NULL
        CHECK (state IN ('queued', 'running', 'waiting', 'passed', 'failed', 'cancelled')),
    queue text NOT NULL CHECK (queue <> ''),
    given jsonb NOT NULL,
    attempt_limit integer NOT NULL CHECK (attempt_limit > 0),
    process_id uuid REFERENCES anime.processes,
    started_at timestamptz,
    finished_at timestamptz,
    reason_code text,
    reason text,
    UNIQUE (production_id, position),
    CHECK ((finished_at IS NULL) = (state IN ('queued', 'running', 'waiting')))
);
COMMENT ON TABLE anime.phases IS 'A step of a production: a workflow that is run until its gate passes.';
COMMENT ON COLUMN anime.phases.queue IS
    'Equal where the same nodes and models are needed: a ComfyUI takes only what it can run.';
COMMENT ON COLUMN anime.phases.given IS
    'What its first attempt is filled with, beside what it takes of the phase before.';
COMMENT ON COLUMN anime.phases.attempt_limit IS 'A production that is resumed gets as many again.';
COMMENT ON COLUMN anime.phases.started_at IS 'Since when its time is counted: resuming begins anew.';
COMMENT ON COLUMN anime.phases.process_id IS 'The ComfyUI that works at it; NULL while none does.';
CREATE INDEX phases_of_a_process ON anime.phases (process_id) WHERE finished_at IS NULL;
CREATE INDEX phases_of_a_version ON anime.phases (version);
CREATE INDEX phases_of_a_queue ON anime.phases (queue) WHERE finished_at IS NULL;

CREATE TABLE anime.attempts (
    id uuid PRIMARY KEY,
    phase_id uuid NOT NULL REFERENCES anime.phases ON DELETE CASCADE,
    number integer NOT NULL CHECK (number > 0),
    state text NOT NULL
        CHECK (state IN
            ('running', 'passed', 'failed', 'rejected', 'cancelled', 'lost', 'superseded')),
    seed numeric,
    parameters jsonb NOT NULL,
    process_id uuid REFERENCES anime.processes,
    job_id uuid REFERENCES anime.jobs ON DELETE SET NULL,
    prompt_id text NOT NULL UNIQUE,
    verdict text CHECK (verdict IN ('PASS', 'FAIL', 'NOT_MEASURED')),
    score double precision CHECK (score BETWEEN 0 AND 100),
    reason_code text,
    reason text,
    chosen boolean NOT NULL DEFAULT false,
    started_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    CHECK ((finished_at IS NULL) = (state = 'running')),
    CHECK (NOT chosen OR state IN ('passed', 'failed'))
);
COMMENT ON TABLE anime.attempts IS 'One run of a phase''s workflow: a job, and what was decided on its reports.';
COMMENT ON COLUMN anime.attempts.number IS
    'Of the phase; one that was cancelled or lost is run again under the same number.';
COMMENT ON COLUMN anime.attempts.prompt_id IS 'Given before it is queued, so that a death in between is seen.';
COMMENT ON COLUMN anime.attempts.chosen IS 'Its files are what the phase gives.';
CREATE UNIQUE INDEX attempts_count_once ON anime.attempts (phase_id, number)
    WHERE state NOT IN ('cancelled', 'lost', 'superseded');
CREATE UNIQUE INDEX one_chosen_attempt ON anime.attempts (phase_id) WHERE chosen;
CREATE INDEX attempts_of_a_job ON anime.attempts (job_id);

CREATE TABLE anime.handed_over (
    sha256 text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    content bytea NOT NULL,
    kept_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE anime.handed_over IS
    'Files that a following phase takes, for machines that don''t share the output folder.';

CREATE TABLE anime.decisions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    production_id uuid NOT NULL REFERENCES anime.productions ON DELETE CASCADE,
    phase_id uuid REFERENCES anime.phases ON DELETE CASCADE,
    attempt_id uuid REFERENCES anime.attempts ON DELETE CASCADE,
    report_id bigint REFERENCES anime.reports ON DELETE SET NULL,
    kind text NOT NULL CHECK (kind <> ''),
    from_state text,
    to_state text,
    reason_code text,
    reason text NOT NULL DEFAULT '',
    decided_by text NOT NULL DEFAULT '',
    decided_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE anime.decisions IS 'Every change of state of a production, with the report that it came from.';
COMMENT ON COLUMN anime.decisions.decided_by IS 'A person''s name, or empty: the production itself.';
CREATE INDEX decisions_of_a_production ON anime.decisions (production_id, id);
CREATE INDEX decisions_of_an_attempt ON anime.decisions (attempt_id);
