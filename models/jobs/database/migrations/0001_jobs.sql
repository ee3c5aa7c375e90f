-- An older pack may go on writing: no.
-- Jobs, their events, their reports and the files they wrote.

CREATE TABLE anime.projects (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE anime.projects IS 'A production. The one without a name holds the jobs that name none.';

CREATE TABLE anime.shots (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id bigint NOT NULL REFERENCES anime.projects,
    episode text NOT NULL DEFAULT '',
    scene text NOT NULL DEFAULT '',
    shot text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (project_id, episode, scene, shot),
    UNIQUE (project_id, id)
);
COMMENT ON TABLE anime.shots IS 'A shot of a project, by episode and scene; an empty name means: not said.';

CREATE TABLE anime.characters (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id bigint NOT NULL REFERENCES anime.projects,
    name text NOT NULL CHECK (name <> ''),
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (project_id, name),
    UNIQUE (project_id, id)
);
COMMENT ON TABLE anime.characters IS 'A character of a project.';

CREATE TABLE anime.machines (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    first_seen_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE anime.machines IS 'A computer that runs ComfyUI, by its host name.';

CREATE TABLE anime.jobs (
    id uuid PRIMARY KEY,
    prompt_id text,
    project_id bigint NOT NULL REFERENCES anime.projects,
    shot_id bigint,
    character_id bigint,
    machine_id bigint NOT NULL REFERENCES anime.machines,
    tags text[] NOT NULL DEFAULT '{}',
    state text NOT NULL
        CHECK (state IN ('pending', 'in_progress', 'completed', 'failed', 'cancelled', 'lost')),
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    error_node_id text,
    error_node_type text,
    error_exception text,
    error_message text,
    error_traceback text,
    graph jsonb,
    FOREIGN KEY (project_id, shot_id) REFERENCES anime.shots (project_id, id),
    FOREIGN KEY (project_id, character_id) REFERENCES anime.characters (project_id, id),
    CHECK ((finished_at IS NULL) = (state IN ('pending', 'in_progress')))
);
COMMENT ON TABLE anime.jobs IS 'A tracked prompt.';
COMMENT ON COLUMN anime.jobs.prompt_id IS 'ComfyUI''s; no key, as ComfyUI takes the same one twice.';
COMMENT ON COLUMN anime.jobs.started_at IS 'When ComfyUI began it; NULL until the end is known.';
COMMENT ON COLUMN anime.jobs.graph IS 'The prompt in API format; its shape is the nodes''.';
CREATE INDEX jobs_of_a_prompt ON anime.jobs (prompt_id, created_at DESC);
CREATE INDEX jobs_newest_first ON anime.jobs (created_at DESC);
CREATE INDEX jobs_of_a_project ON anime.jobs (project_id, created_at DESC);
CREATE INDEX jobs_of_a_shot ON anime.jobs (shot_id, created_at DESC);
CREATE INDEX jobs_of_a_character ON anime.jobs (character_id, created_at DESC);
CREATE INDEX jobs_of_a_machine ON anime.jobs (machine_id, created_at DESC);
CREATE INDEX jobs_by_tag ON anime.jobs USING gin (tags);

CREATE TABLE anime.job_events (
    id uuid PRIMARY KEY,
    job_id uuid NOT NULL REFERENCES anime.jobs ON DELETE CASCADE,
    kind text NOT NULL,
    at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE anime.job_events IS 'What happened to a job; an event that comes again changes nothing.';
COMMENT ON COLUMN anime.job_events.id IS 'Given where the event happened, so that it counts once.';
CREATE INDEX events_of_a_job ON anime.job_events (job_id, at);

CREATE TABLE anime.reports (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id uuid NOT NULL REFERENCES anime.job_events ON DELETE CASCADE,
    job_id uuid NOT NULL REFERENCES anime.jobs ON DELETE CASCADE,
    position integer NOT NULL CHECK (position >= 0),
    node_id text NOT NULL,
    subject text NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('PASS', 'FAIL', 'NOT_MEASURED')),
    score double precision CHECK (score BETWEEN 0 AND 100),
    frames integer CHECK (frames >= 0),
    fps double precision,
    worst_frame integer,
    worst_reason_code text,
    worst_reason text,
    UNIQUE (event_id, position)
);
COMMENT ON TABLE anime.reports IS 'What a node measured in a job, and what it comes to.';
COMMENT ON COLUMN anime.reports.score IS '0 to 100; NULL where a required measurement is absent.';
CREATE INDEX reports_of_a_job ON anime.reports (job_id, position);
CREATE INDEX reports_by_verdict ON anime.reports (subject, verdict);

CREATE TABLE anime.measurements (
    report_id bigint NOT NULL REFERENCES anime.reports ON DELETE CASCADE,
    position integer NOT NULL CHECK (position >= 0),
    name text NOT NULL,
    value double precision,
    unit text NOT NULL,
    better text NOT NULL CHECK (better IN ('higher', 'lower', 'band')),
    low double precision NOT NULL,
    high double precision NOT NULL,
    threshold_from double precision,
    threshold_to double precision,
    required boolean NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('PASS', 'FAIL', 'NOT_MEASURED', 'INFO')),
    reason_code text NOT NULL,
    reason_values jsonb NOT NULL,
    reason text NOT NULL,
    backend text NOT NULL,
    per_frame jsonb NOT NULL,
    details jsonb NOT NULL,
    PRIMARY KEY (report_id, position),
    UNIQUE (report_id, name),
    CHECK (low < high),
    CHECK ((value IS NULL) = (verdict = 'NOT_MEASURED')),
    CHECK ((threshold_from IS NULL) = (threshold_to IS NULL))
);
COMMENT ON TABLE anime.measurements IS 'One measured value of a report, or the reason why there is none.';
COMMENT ON COLUMN anime.measurements.value IS 'NULL where it could not be measured; never a stand-in.';
COMMENT ON COLUMN anime.measurements.threshold_from IS 'A single limit stands in both ends.';
CREATE INDEX measurements_by_name ON anime.measurements (name, verdict);

CREATE TABLE anime.artifacts (
    event_id uuid PRIMARY KEY REFERENCES anime.job_events ON DELETE CASCADE,
    job_id uuid NOT NULL REFERENCES anime.jobs ON DELETE CASCADE,
    path text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('image', 'animation')),
    bytes bigint NOT NULL CHECK (bytes >= 0),
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    width integer NOT NULL CHECK (width > 0),
    height integer NOT NULL CHECK (height > 0),
    frames integer NOT NULL CHECK (frames > 0),
    fps double precision CHECK (fps > 0),
    written_at timestamptz NOT NULL
);
COMMENT ON TABLE anime.artifacts IS 'A file that a job wrote.';
COMMENT ON COLUMN anime.artifacts.path IS 'Relative to ComfyUI''s output folder, with forward slashes.';
CREATE INDEX artifacts_of_a_job ON anime.artifacts (job_id, written_at);
CREATE INDEX artifacts_by_path ON anime.artifacts (path);
