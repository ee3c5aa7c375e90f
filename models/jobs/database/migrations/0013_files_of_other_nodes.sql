-- An older pack may go on writing: no.
-- Files that nodes of ComfyUI and of other packs wrote are artifacts too, also sound and files
-- without frames; literal parts of a prompt that was made while the graph ran can be searched.

ALTER TABLE anime.artifacts
    ADD COLUMN node_id text,
    ADD COLUMN node_type text,
    ALTER COLUMN width DROP NOT NULL,
    ALTER COLUMN height DROP NOT NULL,
    ALTER COLUMN frames DROP NOT NULL,
    DROP CONSTRAINT artifacts_kind_check,
    ADD CONSTRAINT artifacts_kind_check
        CHECK (kind IN ('image', 'animation', 'video', 'audio', 'other'));
COMMENT ON COLUMN anime.artifacts.kind IS 'image, animation, video, audio or other.';
COMMENT ON COLUMN anime.artifacts.node_id IS
    'Node of ComfyUI or of another pack that reported the file; NULL for a file of Save Job.';
COMMENT ON COLUMN anime.artifacts.node_type IS
    'Class of that node; empty if the graph does not say it, NULL for a file of Save Job.';
COMMENT ON COLUMN anime.artifacts.width IS
    'Width in px; NULL without frames, or if they could not be read.';
COMMENT ON COLUMN anime.artifacts.height IS
    'Height in px; NULL without frames, or if they could not be read.';
COMMENT ON COLUMN anime.artifacts.frames IS
    'Number of frames; NULL without frames, or if they could not be read.';

COMMENT ON COLUMN anime.generation_parameters.kind IS
    'Purpose of the value: positive, negative, prompt (not known to be either), a part of one of them (positive_part, …; the graph made the rest while it ran), seed, model, lora, sampler, input_file, … A LoRA''s file and its strengths have the same node_id.';
CREATE OR REPLACE FUNCTION anime.words_of(searched_job uuid) RETURNS text
    LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT anime.folded(left(concat_ws(
            E'\n', projects.name, shots.episode, shots.scene, shots.shot, characters.name,
            array_to_string(jobs.tags, E'\n'),
            (
                SELECT string_agg(parameters.text, E'\n' ORDER BY parameters.position)
                FROM anime.generation_parameters AS parameters
                WHERE parameters.job_id = jobs.id AND parameters.kind IN (
                    'positive', 'negative', 'prompt',
                    'positive_part', 'negative_part', 'prompt_part'
                )
            )
        ), 20000))
        FROM anime.jobs
        JOIN anime.projects ON projects.id = jobs.project_id
        LEFT JOIN anime.shots ON shots.id = jobs.shot_id
        LEFT JOIN anime.characters ON characters.id = jobs.character_id
        WHERE jobs.id = searched_job
    );
END $$;
DROP TRIGGER update_words ON anime.generation_parameters;
CREATE CONSTRAINT TRIGGER update_words AFTER INSERT ON anime.generation_parameters
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.kind IN (
        'positive', 'negative', 'prompt', 'positive_part', 'negative_part', 'prompt_part'
    ))
    EXECUTE FUNCTION anime.update_words_of_job();
