-- An older pack may go on writing: no.
-- Characters of a library: every version that was saved, and its reference pictures.

-- A library belongs to no project: its characters are used in any, and a project that names one
-- needs no copy. They stand under the project without a name, as jobs do that name none. A project
-- that could be NULL would be the other way, but then two rows of one name would be distinct to
-- UNIQUE (before PostgreSQL 15 there is no NULLS NOT DISTINCT), and the key that holds a job's
-- character to the job's project would no longer hold.
COMMENT ON TABLE anime.projects IS
    'A production. The one without a name holds the jobs that name none, and the library''s characters.';
COMMENT ON TABLE anime.characters IS
    'A character of a project, or of the library: those stand under the project without a name.';

-- The versions are rows of their own: each is written once and never changed, so that they may
-- arrive late, twice, in any order and from several machines.
CREATE TABLE anime.character_versions (
    id uuid PRIMARY KEY,
    character_id bigint NOT NULL REFERENCES anime.characters ON DELETE CASCADE,
    machine_id bigint NOT NULL REFERENCES anime.machines,
    folder text NOT NULL CHECK (folder <> ''),
    version integer NOT NULL CHECK (version > 0),
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    model text NOT NULL CHECK (model <> ''),
    backend text NOT NULL CHECK (backend <> ''),
    threshold double precision NOT NULL,
    calibrated boolean NOT NULL,
    saved_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE anime.character_versions IS
    'A saved version of a character; one that comes again changes nothing. The newest is what is loaded.';
COMMENT ON COLUMN anime.character_versions.id IS
    'Given when it was saved and kept in its file, so that it counts once.';
COMMENT ON COLUMN anime.character_versions.machine_id IS 'Whose library it was saved in.';
COMMENT ON COLUMN anime.character_versions.folder IS 'Of the character inside the library.';
COMMENT ON COLUMN anime.character_versions.version IS
    'Counts in its folder; no key, as a machine may have several libraries.';
COMMENT ON COLUMN anime.character_versions.sha256 IS 'Of everything that was saved.';
COMMENT ON COLUMN anime.character_versions.model IS
    'Backend, weights and region; only what one model describes can be compared.';
COMMENT ON COLUMN anime.character_versions.threshold IS
    'Similarity from which a frame shows the character.';
COMMENT ON COLUMN anime.character_versions.calibrated IS
    'True where the references set the threshold, false where the backend''s own holds.';
CREATE INDEX versions_of_a_character ON anime.character_versions (character_id, saved_at DESC);
CREATE INDEX versions_of_a_machine ON anime.character_versions (machine_id, saved_at DESC);

CREATE TABLE anime.character_references (
    version_id uuid NOT NULL REFERENCES anime.character_versions ON DELETE CASCADE,
    position integer NOT NULL CHECK (position >= 0),
    standing text NOT NULL CHECK (standing <> ''),
    used boolean NOT NULL,
    similarity double precision,
    PRIMARY KEY (version_id, position),
    CHECK (used OR similarity IS NULL)
);
COMMENT ON TABLE anime.character_references IS 'A reference picture of a character''s version.';
COMMENT ON COLUMN anime.character_references.standing IS
    'What became of it, in the pack''s words: used, nobody visible, …';
COMMENT ON COLUMN anime.character_references.used IS 'Whether frames are compared with it.';
COMMENT ON COLUMN anime.character_references.similarity IS
    'To the reference most like it; NULL where it could not be measured.';
