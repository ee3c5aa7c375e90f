-- name: add_flipbook
INSERT INTO anime.flipbooks (job_id, set_id, frames, numbers, columns, webp)
VALUES (%(job_id)s, %(set_id)s, %(frames)s, %(numbers)s, %(columns)s, %(webp)s)
ON CONFLICT DO NOTHING

-- name: copy_flipbook
-- ComfyUI's cache can hold a result for longer than the pictures are in memory. An earlier job may
-- have them.
INSERT INTO anime.flipbooks (job_id, set_id, frames, numbers, columns, webp)
SELECT %(job_id)s, set_id, frames, numbers, columns, webp
FROM anime.flipbooks WHERE set_id = %(set_id)s LIMIT 1
ON CONFLICT DO NOTHING

-- name: note_absent_flipbook
UPDATE anime.reports SET flipbook_absent = %(absent)s
WHERE job_id = %(job_id)s AND subject = 'loop' AND %(set_id)s = ANY(snapshot_sets)

-- name: flipbooks_of_job
SELECT set_id AS set, frames, numbers, columns, octet_length(webp) AS bytes
FROM anime.flipbooks WHERE job_id = %(job_id)s

-- name: flipbook_sets_of_job
SELECT snapshot_sets, flipbook_absent FROM anime.reports
WHERE job_id = %(job_id)s ORDER BY position

-- name: flipbook_of_set
SELECT webp FROM anime.flipbooks WHERE set_id = %(set_id)s LIMIT 1
