-- An older pack may go on writing: yes.
-- All frames of a judged loop, small and in one picture, so that a job can be played that saved no
-- file.

CREATE TABLE anime.flipbooks (
    job_id uuid NOT NULL REFERENCES anime.jobs ON DELETE CASCADE,
    set_id uuid NOT NULL,
    frames integer NOT NULL,
    numbers integer[] NOT NULL,
    columns integer NOT NULL,
    webp bytea NOT NULL,
    PRIMARY KEY (job_id, set_id)
);
COMMENT ON TABLE anime.flipbooks IS
    'All frames of a loop that a report is about, in rows of one picture of at most 1 MB.';
COMMENT ON COLUMN anime.flipbooks.set_id IS
    'Small pictures that were taken of the same frames; the reports name their sets.';
COMMENT ON COLUMN anime.flipbooks.frames IS 'Number of frames of the loop.';
COMMENT ON COLUMN anime.flipbooks.numbers IS
    'Index of each frame that is in the picture, from 0; of a long loop some are left out.';
COMMENT ON COLUMN anime.flipbooks.columns IS 'Number of frames in a row of the picture.';
CREATE INDEX flipbooks_by_set ON anime.flipbooks (set_id);

ALTER TABLE anime.reports ADD COLUMN flipbook_absent text;
COMMENT ON COLUMN anime.reports.flipbook_absent IS
    'Why a loop has no flipbook: gone, failed or no_room; NULL if it has one.';
