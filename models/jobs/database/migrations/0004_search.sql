-- An older pack may go on writing: no.
-- Finding jobs among very many: the list's orders and filters, text in any script, and figures.

-- The list goes on after a job by its time and id (or its score first), so that nothing is skipped
-- or shown twice while new jobs come in. State and verdict stand in the indexes whose jobs are
-- counted, so that the table itself isn't read.
DROP INDEX anime.jobs_newest_first, anime.jobs_of_a_project, anime.jobs_of_a_character;
CREATE INDEX jobs_newest_first ON anime.jobs (created_at DESC, id DESC) INCLUDE (state, verdict);
CREATE INDEX jobs_of_a_project
    ON anime.jobs (project_id, created_at DESC, id DESC) INCLUDE (state, verdict);
CREATE INDEX jobs_of_a_character
    ON anime.jobs (character_id, created_at DESC, id DESC) INCLUDE (state, verdict);
CREATE INDEX jobs_best_first
    ON anime.jobs (
        (coalesce(score, -1) + CASE verdict WHEN 'PASS' THEN 102 ELSE 0 END) DESC,
        created_at DESC, id DESC
    );
CREATE INDEX jobs_by_state ON anime.jobs (state, created_at DESC, id DESC);
CREATE INDEX jobs_by_verdict ON anime.jobs (verdict, created_at DESC, id DESC);
CREATE INDEX jobs_by_source ON anime.jobs (source, created_at DESC, id DESC);
CREATE INDEX artifacts_by_content ON anime.artifacts (sha256);

-- A job's newest review stands with it, kept by the database: reviews may arrive in any order.
ALTER TABLE anime.jobs ADD COLUMN review text CHECK (review IN ('approved', 'rejected'));
COMMENT ON COLUMN anime.jobs.review IS 'The newest of its reviews; NULL where nobody judged it.';
CREATE INDEX jobs_by_review ON anime.jobs (review, created_at DESC, id DESC)
    WHERE review IS NOT NULL;

CREATE FUNCTION anime.keep_newest_review() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE anime.jobs SET review = (
        SELECT reviews.verdict FROM anime.reviews
        WHERE reviews.job_id = NEW.job_id ORDER BY reviewed_at DESC, reviews.id DESC LIMIT 1
    ) WHERE id = NEW.job_id;
    RETURN NULL;
END $$;
CREATE TRIGGER keep_newest_review AFTER INSERT ON anime.reviews
    FOR EACH ROW EXECUTE FUNCTION anime.keep_newest_review();
UPDATE anime.jobs SET review = (
    SELECT reviews.verdict FROM anime.reviews
    WHERE reviews.job_id = jobs.id ORDER BY reviewed_at DESC, reviews.id DESC LIMIT 1
) WHERE EXISTS (SELECT FROM anime.reviews WHERE reviews.job_id = jobs.id);

-- What a job was made with stands with it too: figures by model needn't read every parameter.
ALTER TABLE anime.jobs ADD COLUMN model text;
COMMENT ON COLUMN anime.jobs.model IS 'The files of its models, with plus signs between several; NULL where none is known.';
CREATE INDEX jobs_of_a_model
    ON anime.jobs (model, created_at DESC, id DESC) INCLUDE (state, verdict)
    WHERE model IS NOT NULL;

CREATE FUNCTION anime.models_of(wanted uuid) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT left(string_agg(DISTINCT params.text, ' + '), 500)
        FROM anime.generation_params AS params
        WHERE params.job_id = wanted AND params.kind = 'model'
    );
END $$;
CREATE FUNCTION anime.keep_model() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE anime.jobs SET model = anime.models_of(NEW.job_id) WHERE id = NEW.job_id;
    RETURN NULL;
END $$;
CREATE TRIGGER keep_model AFTER INSERT ON anime.generation_params
    FOR EACH ROW WHEN (NEW.kind = 'model' AND NEW.text IS NOT NULL)
    EXECUTE FUNCTION anime.keep_model();
UPDATE anime.jobs SET model = anime.models_of(id);

-- Text is found by its pairs of letters: that needs no extension and no dictionary, and finds a
-- name inside a longer one in Japanese, which has no spaces, as in English. PostgreSQL's own text
-- search takes a run of Japanese for one word.
DO $$
DECLARE
    written text := 'written';
    letters text;
    capitals text;
    small text;
BEGIN
    IF getdatabaseencoding() = 'UTF8' THEN
        written := 'normalize(written, NFKC)';
        SELECT format(' COLLATE pg_catalog.%I', collname) INTO letters
        FROM pg_catalog.pg_collation
        WHERE collname IN ('pg_c_utf8', 'und-x-icu')
            AND collnamespace = 'pg_catalog'::regnamespace
        ORDER BY collname LIMIT 1;
        -- The embedded server has no locale, where lower() knows ASCII alone, and before
        -- PostgreSQL 17 no collation that knows more: Latin, Greek, Cyrillic and Armenian then.
        IF letters IS NULL THEN
            SELECT string_agg(chr(code), '' ORDER BY code),
                string_agg(chr(code + shift), '' ORDER BY code)
            INTO capitals, small
            FROM (VALUES
                (192, 214, 1, 32), (216, 222, 1, 32), (256, 302, 2, 1), (306, 310, 2, 1),
                (313, 327, 2, 1), (330, 374, 2, 1), (376, 376, 1, -121), (377, 381, 2, 1),
                (902, 902, 1, 38), (904, 906, 1, 37), (908, 908, 1, 64), (910, 911, 1, 63),
                (913, 929, 1, 32), (931, 939, 1, 32), (1024, 1039, 1, 80), (1040, 1071, 1, 32),
                (1120, 1152, 2, 1), (1162, 1214, 2, 1), (1217, 1229, 2, 1), (1232, 1326, 2, 1),
                (1329, 1366, 1, 48)
            ) AS alphabets (first_code, last_code, step, shift),
                generate_series(first_code, last_code, step) AS code;
            written := format('translate(%s, %L, %L)', written, capitals, small);
        END IF;
    END IF;
    EXECUTE 'CREATE FUNCTION anime.folded(written text) RETURNS text'
        ' LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN lower('
        || written || coalesce(letters, '') || ')';
END $$;
COMMENT ON FUNCTION anime.folded IS 'A text as it is compared: small letters, full and half width alike.';

-- In plpgsql, which keeps its plans: a function in SQL is planned at every row that comes.
CREATE FUNCTION anime.letters_and_pairs(folded text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN ARRAY(
        SELECT DISTINCT gram
        FROM (
            SELECT letter, letter || lead(letter) OVER (ORDER BY place) AS pair
            FROM unnest(string_to_array(folded, NULL)) WITH ORDINALITY AS letters (letter, place)
        ) AS pairs, LATERAL (VALUES (letter), (pair)) AS grams (gram)
        WHERE gram !~ '\s'
    );
END $$;
COMMENT ON FUNCTION anime.letters_and_pairs IS 'Every letter of a text, and every two that stand side by side.';

CREATE TABLE anime.job_words (
    job_id uuid PRIMARY KEY REFERENCES anime.jobs ON DELETE CASCADE,
    words text NOT NULL,
    grams text[] NOT NULL GENERATED ALWAYS AS (anime.letters_and_pairs(words)) STORED
);
COMMENT ON TABLE anime.job_words IS 'What a job is found by: its names, tags and prompts. Kept by triggers.';
COMMENT ON COLUMN anime.job_words.words IS 'Folded; each on a line of its own.';
CREATE INDEX job_words_by_gram ON anime.job_words USING gin (grams);

CREATE FUNCTION anime.words_of(wanted uuid) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT anime.folded(left(concat_ws(
            E'\n', projects.name, shots.episode, shots.scene, shots.shot, characters.name,
            array_to_string(jobs.tags, E'\n'),
            (
                SELECT string_agg(params.text, E'\n' ORDER BY params.position)
                FROM anime.generation_params AS params
                WHERE params.job_id = jobs.id AND params.kind IN ('positive', 'negative', 'prompt')
            )
        ), 20000))
        FROM anime.jobs
        JOIN anime.projects ON projects.id = jobs.project_id
        LEFT JOIN anime.shots ON shots.id = jobs.shot_id
        LEFT JOIN anime.characters ON characters.id = jobs.character_id
        WHERE jobs.id = wanted
    );
END $$;

CREATE FUNCTION anime.keep_words() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted uuid;
BEGIN
    IF TG_TABLE_NAME = 'jobs' THEN wanted := NEW.id; ELSE wanted := NEW.job_id; END IF;
    INSERT INTO anime.job_words (job_id, words)
    SELECT wanted, said.text FROM anime.words_of(wanted) AS said (text) WHERE said.text IS NOT NULL
    ON CONFLICT (job_id) DO UPDATE SET words = excluded.words
        WHERE job_words.words <> excluded.words;
    RETURN NULL;
END $$;
-- At the end of the transaction, when its names and all its prompts are there.
CREATE CONSTRAINT TRIGGER keep_words_of_a_new_job AFTER INSERT ON anime.jobs
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION anime.keep_words();
CREATE CONSTRAINT TRIGGER keep_words_of_its_names
    AFTER UPDATE OF project_id, shot_id, character_id, tags ON anime.jobs
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (
        (OLD.project_id, OLD.shot_id, OLD.character_id, OLD.tags)
        IS DISTINCT FROM (NEW.project_id, NEW.shot_id, NEW.character_id, NEW.tags)
    )
    EXECUTE FUNCTION anime.keep_words();
CREATE CONSTRAINT TRIGGER keep_words_of_its_prompts AFTER INSERT ON anime.generation_params
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.kind IN ('positive', 'negative', 'prompt'))
    EXECUTE FUNCTION anime.keep_words();
INSERT INTO anime.job_words (job_id, words) SELECT id, anime.words_of(id) FROM anime.jobs;
