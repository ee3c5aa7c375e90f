-- One name for one thing, in every table: parameters, reasons, status and artifact.

ALTER TABLE anime.generation_params RENAME TO generation_parameters;
ALTER TABLE anime.handed_over RENAME TO artifact_contents;

ALTER TABLE anime.productions RENAME COLUMN because TO reasons;
ALTER TABLE anime.phases RENAME COLUMN because TO reasons;
ALTER TABLE anime.attempts RENAME COLUMN because TO reasons;
ALTER TABLE anime.decisions RENAME COLUMN because TO reasons;
ALTER TABLE anime.phases RENAME COLUMN given TO parameters;
ALTER TABLE anime.character_references RENAME COLUMN standing TO status;

-- A function's text isn't changed by the renaming of a table, so that these two are made anew.
DROP FUNCTION anime.models_of(uuid);
CREATE FUNCTION anime.models_of(searched_job uuid) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT left(string_agg(DISTINCT parameters.text, ' + '), 500)
        FROM anime.generation_parameters AS parameters
        WHERE parameters.job_id = searched_job AND parameters.kind = 'model'
    );
END $$;
DROP FUNCTION anime.words_of(uuid);
CREATE FUNCTION anime.words_of(searched_job uuid) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT anime.folded(left(concat_ws(
            E'\n', projects.name, shots.episode, shots.scene, shots.shot, characters.name,
            array_to_string(jobs.tags, E'\n'),
            (
                SELECT string_agg(parameters.text, E'\n' ORDER BY parameters.position)
                FROM anime.generation_parameters AS parameters
                WHERE parameters.job_id = jobs.id
                    AND parameters.kind IN ('positive', 'negative', 'prompt')
            )
        ), 20000))
        FROM anime.jobs
        JOIN anime.projects ON projects.id = jobs.project_id
        LEFT JOIN anime.shots ON shots.id = jobs.shot_id
        LEFT JOIN anime.characters ON characters.id = jobs.character_id
        WHERE jobs.id = searched_job
    );
END $$;
