-- An older pack may go on writing: yes.
-- Small pictures of the frames that a report is about, so that a job that saved no file can be
-- looked at.

CREATE TABLE anime.snapshots (
    job_id uuid NOT NULL REFERENCES anime.jobs ON DELETE CASCADE,
    set_id uuid NOT NULL,
    number integer NOT NULL,
    frame integer NOT NULL,
    at_seam boolean NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    webp bytea NOT NULL,
    thumbnail bytea,
    PRIMARY KEY (job_id, set_id, number)
);
COMMENT ON TABLE anime.snapshots IS
    'A small picture of a frame that a report is about, taken while the frame existed.';
COMMENT ON COLUMN anime.snapshots.set_id IS
    'Pictures that were taken together; the reports name their sets.';
COMMENT ON COLUMN anime.snapshots.number IS 'Number in the set, from 0: the worst frame.';
COMMENT ON COLUMN anime.snapshots.frame IS 'Index of the frame in the report, from 0.';
COMMENT ON COLUMN anime.snapshots.at_seam IS
    'True if the frame belongs to the strip around a loop''s seam.';
COMMENT ON COLUMN anime.snapshots.thumbnail IS
    'A smaller picture for the list of jobs; only the worst frame has one.';
CREATE INDEX snapshots_by_set ON anime.snapshots (set_id);

ALTER TABLE anime.reports
    ADD COLUMN snapshot_sets uuid[],
    ADD COLUMN snapshots_absent text;
COMMENT ON COLUMN anime.reports.snapshot_sets IS
    'Sets of small pictures of the frames; NULL if none was taken.';
COMMENT ON COLUMN anime.reports.snapshots_absent IS
    'Why a set is missing: gone, failed or no_room; NULL if none is.';
