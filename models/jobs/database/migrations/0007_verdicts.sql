-- An older pack may go on writing: no.
-- A job's verdict is that of what it kept. Jobs of before are judged anew by the rule itself, in
-- Python after this: see models/jobs/database/judge_recorded.py.

ALTER TABLE anime.jobs
    ADD COLUMN judged_by text CHECK (judged_by IN ('kept', 'last', 'worst')),
    ADD COLUMN saved_by text[];
ALTER TABLE anime.reports ADD COLUMN decides boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN anime.jobs.verdict IS
    'Of what it kept: the worst of the reports that decide. NULL where none does, and of a job that did not complete.';
COMMENT ON COLUMN anime.jobs.score IS
    'The lowest of the reports that decide; NULL where one of them has none.';
COMMENT ON COLUMN anime.jobs.judged_by IS
    'kept: by what its Save Jobs save. last: by the last report of each kind. worst: by all reports, of an old job whose data allow no more. NULL without a verdict.';
COMMENT ON COLUMN anime.jobs.saved_by IS
    'Ids of the Save Jobs that wrote files; NULL where that isn''t known.';
COMMENT ON COLUMN anime.reports.decides IS
    'True where the verdict of its job comes from it; false of an earlier measurement.';

UPDATE anime.jobs SET verdict = NULL, score = NULL
WHERE state <> 'completed' AND (verdict IS NOT NULL OR score IS NOT NULL);
UPDATE anime.reports SET decides = false
FROM anime.jobs WHERE jobs.id = reports.job_id AND jobs.state <> 'completed';
