-- An older pack may go on writing: no.
-- The measurement that explains a report is chosen by one rule, `Report.explained_by`, when the
-- report is recorded. Reports of before keep the one that the list of jobs chose.

ALTER TABLE anime.reports ADD COLUMN explained_by text;
COMMENT ON COLUMN anime.reports.explained_by IS
    'Name of the measurement that explains the verdict; NULL for a PASS.';

UPDATE anime.reports SET explained_by = (
    SELECT name FROM anime.measurements
    WHERE report_id = reports.id AND measurements.verdict = reports.verdict
    ORDER BY measurements.reason_code = reports.worst_reason_code DESC NULLS LAST, required DESC,
        measurements.position
    LIMIT 1
)
WHERE verdict <> 'PASS';
