-- An older pack may go on writing: no.
-- Why a production, a phase or an attempt stands where it does, for every language: rows from
-- before have the English sentence alone.

ALTER TABLE anime.productions ADD COLUMN because jsonb NOT NULL DEFAULT '[]';
ALTER TABLE anime.phases ADD COLUMN because jsonb NOT NULL DEFAULT '[]';
ALTER TABLE anime.attempts ADD COLUMN because jsonb NOT NULL DEFAULT '[]';
ALTER TABLE anime.decisions ADD COLUMN because jsonb NOT NULL DEFAULT '[]';
COMMENT ON COLUMN anime.productions.because IS
    'The reason part by part: name of a measurement or empty, code, values and English.';
COMMENT ON COLUMN anime.phases.because IS 'As that of a production.';
COMMENT ON COLUMN anime.attempts.because IS 'As that of a production.';
COMMENT ON COLUMN anime.decisions.because IS 'As that of a production.';
