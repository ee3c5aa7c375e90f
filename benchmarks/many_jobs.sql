-- Adds very many jobs, as if they had been recorded; many_jobs.py fills in the counts.
--
-- All values follow from the number of a job, so that two databases get the same rows. The columns
-- use different divisors of that number, so that names, states and scores are spread evenly. The
-- triggers are disabled, because row by row they would take ten times as long; this file and
-- many_jobs.py write what the triggers would write.

ALTER TABLE anime.jobs DISABLE TRIGGER USER;
ALTER TABLE anime.generation_parameters DISABLE TRIGGER USER;
INSERT INTO anime.machines (name) VALUES ('bench');
INSERT INTO anime.projects (name) SELECT 'Production ' || n FROM generate_series(1, :projects) AS n;
INSERT INTO anime.shots (project_id, episode, scene, shot)
SELECT projects.id, 'E0' || n % 6, 'scene ' || n % 8, 'shot ' || n
FROM generate_series(1, :shots) AS n
JOIN anime.projects ON projects.name = 'Production ' || 1 + n % :projects;
INSERT INTO anime.characters (project_id, name)
SELECT projects.id, (ARRAY['葵花子', 'Winter Hana', 'Михаил', '李小龍', 'Zoë'])[1 + n % 5] || ' ' || n
FROM generate_series(1, :characters) AS n
JOIN anime.projects ON projects.name = 'Production ' || 1 + n % :projects;

CREATE TEMPORARY TABLE new_jobs AS
SELECT
    n, gen_random_uuid() AS id, gen_random_uuid() AS prompt_id, gen_random_uuid() AS started,
    gen_random_uuid() AS written, gen_random_uuid() AS finished,
    timestamptz '2026-01-01 00:00+00' + n * interval '3 minutes' AS at,
    CASE WHEN n % 1000 = 7 THEN 'lost' WHEN n % 50 = 3 THEN 'cancelled' WHEN n % 20 = 5 THEN 'failed'
        ELSE 'completed' END AS state,
    CASE n % 8 WHEN 0 THEN 'FAIL' WHEN 1 THEN 'FAIL' WHEN 2 THEN 'NOT_MEASURED' ELSE 'PASS' END
        AS verdict,
    CASE WHEN n % 8 <> 2 THEN (n * 7919 % 10007) / 10007.0 * 100 END AS score
FROM generate_series(1, :jobs) AS n;

INSERT INTO anime.jobs
    (id, prompt_id, project_id, shot_id, character_id, machine_id, tags, state, created_at,
     started_at, finished_at, source, verdict, score, judged_by, progress, model, graph)
SELECT
    new_jobs.id, new_jobs.prompt_id, shots.project_id, shots.id, characters.id, machines.id,
    ARRAY['night', 'take ' || n % 7, 'batch ' || n / 500], new_jobs.state, at,
    at + interval '1 second', at + (20 + n % 97) * interval '1 second',
    CASE WHEN n % 3 = 0 THEN 'api' ELSE 'editor' END,
    CASE new_jobs.state WHEN 'completed' THEN new_jobs.verdict END,
    CASE new_jobs.state WHEN 'completed' THEN new_jobs.score END,
    CASE new_jobs.state WHEN 'completed' THEN 'last' END, 1,
    'anime-' || n % :models || '.safetensors',
    jsonb_build_object('1', jsonb_build_object('class_type', 'AnimeJob', 'inputs',
        jsonb_build_object('project', 'Production', 'seed', n)))
FROM new_jobs
JOIN anime.shots ON shots.shot = 'shot ' || 1 + n % :shots
JOIN anime.machines ON machines.name = 'bench'
LEFT JOIN LATERAL (
    SELECT id FROM anime.characters WHERE characters.project_id = shots.project_id
    ORDER BY id OFFSET n % 5 LIMIT 1
) AS characters ON true
ORDER BY n;

INSERT INTO anime.job_events (id, job_id, kind, at, state)
SELECT started, id, 'job_started', at, 'in_progress' FROM new_jobs
UNION ALL SELECT written, id, 'artifact_written', at + interval '15 seconds', NULL FROM new_jobs
UNION ALL SELECT finished, id, 'job_finished', at + interval '20 seconds', state FROM new_jobs;

INSERT INTO anime.artifacts
    (event_id, job_id, path, kind, bytes, sha256, width, height, frames, written_at)
SELECT written, id, 'bench/' || n || '.png', 'image', 1234, md5(n::text) || md5('b' || n), 832, 1216,
    1, at + interval '15 seconds' FROM new_jobs;

INSERT INTO anime.generation_parameters (job_id, position, node_id, node_type, kind, name, text, number)
SELECT id, position, node_id, node_type, kind, params.name, params.text, params.number
FROM new_jobs, LATERAL (VALUES
    (0, '4', 'CheckpointLoaderSimple', 'model', 'ckpt_name', 'anime-' || n % :models || '.safetensors',
        NULL),
    (1, '6', 'CLIPTextEncode', 'positive', 'text',
        'masterpiece, anime girl standing in snow, look ' || n % 101 || ', 雪の夜に立つ少女', NULL),
    (2, '7', 'CLIPTextEncode', 'negative', 'text', 'lowres, bad hands, blurry', NULL),
    (3, '3', 'KSampler', 'seed', 'seed', NULL, n::numeric * 99991),
    (4, '3', 'KSampler', 'steps', 'steps', NULL, 20 + n % 9),
    (5, '3', 'KSampler', 'sampler', 'sampler_name', 'euler', NULL)
) AS params (position, node_id, node_type, kind, name, text, number);

INSERT INTO anime.reports
    (event_id, job_id, position, node_id, subject, verdict, score, frames, worst_frame,
     worst_reason_code, worst_reason, decides)
SELECT finished, id, 0, '9', (ARRAY['loop', 'character', 'quality'])[1 + n % 3], verdict, score, 48,
    CASE WHEN verdict = 'FAIL' THEN n % 48 END, CASE WHEN verdict = 'FAIL' THEN 'seam_jump' END,
    CASE WHEN verdict = 'FAIL' THEN 'The seam jumps by 3.4 steps.' END, state = 'completed'
FROM new_jobs;

INSERT INTO anime.measurements
    (report_id, position, name, value, unit, better, low, high, threshold_from, threshold_to,
     required, verdict, reason_code, reason_values, reason, backend, per_frame, details)
SELECT reports.id, place, 'measure ' || place, score, 'steps', 'higher', 0, 100, 50, 50, true,
    CASE WHEN score IS NULL THEN 'NOT_MEASURED' WHEN score < 50 THEN 'FAIL' ELSE 'PASS' END,
    'seam_jump', '{}', 'The seam jumps.', 'structural', '[]', '{}'
FROM anime.reports, generate_series(0, 2) AS place;
DROP TABLE new_jobs;

ALTER TABLE anime.jobs ENABLE TRIGGER USER;
ALTER TABLE anime.generation_parameters ENABLE TRIGGER USER;
