-- name: store_file
INSERT INTO anime.artifact_contents (sha256, content) VALUES (%(sha256)s, %(content)s)
ON CONFLICT (sha256) DO NOTHING

-- name: is_file_stored
SELECT 1 FROM anime.artifact_contents WHERE sha256 = %(sha256)s

-- name: fetch_file
SELECT content FROM anime.artifact_contents WHERE sha256 = %(sha256)s

-- name: delete_unused_files
-- A production that stopped may be resumed on another machine, so its files stay for seven days.
DELETE FROM anime.artifact_contents WHERE kept_at < now() - interval '7 days' AND NOT EXISTS (
    SELECT FROM anime.artifacts
    JOIN anime.attempts ON attempts.job_id = artifacts.job_id AND attempts.chosen
    JOIN anime.phases ON phases.id = attempts.phase_id
    JOIN anime.productions ON productions.id = phases.production_id
    WHERE artifacts.sha256 = artifact_contents.sha256 AND productions.finished_at IS NULL
)
