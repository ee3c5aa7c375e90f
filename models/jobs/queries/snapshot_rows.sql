-- name: add_snapshot
INSERT INTO anime.snapshots
    (job_id, set_id, number, frame, at_seam, width, height, webp, thumbnail)
VALUES
    (%(job_id)s, %(set_id)s, %(number)s, %(frame)s, %(at_seam)s, %(width)s, %(height)s, %(webp)s,
     %(thumbnail)s)
ON CONFLICT DO NOTHING

-- name: copy_snapshots
-- ComfyUI's cache can hold a result for longer than the pictures are in memory. An earlier job may
-- have them.
INSERT INTO anime.snapshots
    (job_id, set_id, number, frame, at_seam, width, height, webp, thumbnail)
SELECT %(job_id)s, set_id, number, frame, at_seam, width, height, webp, thumbnail
FROM anime.snapshots
WHERE set_id = %(set_id)s AND job_id = (
    SELECT job_id FROM anime.snapshots WHERE set_id = %(set_id)s LIMIT 1
)
ON CONFLICT DO NOTHING

-- name: note_absent_snapshots
UPDATE anime.reports SET snapshots_absent = %(absent)s
WHERE job_id = %(job_id)s AND %(set_id)s = ANY(snapshot_sets)

-- name: note_snapshot_sets
UPDATE anime.reports SET snapshot_sets = %(sets)s WHERE id = %(id)s

-- name: snapshots_of_job
SELECT set_id AS set, frame, at_seam, width, height, octet_length(webp) AS bytes
FROM anime.snapshots WHERE job_id = %(job_id)s ORDER BY set_id, number

-- name: snapshot_of_job
SELECT webp FROM anime.snapshots
WHERE job_id = %(job_id)s AND set_id = %(set_id)s AND frame = %(frame)s LIMIT 1

-- name: snapshot_sets_of_job
SELECT snapshot_sets, snapshots_absent FROM anime.reports
WHERE job_id = %(job_id)s ORDER BY position
