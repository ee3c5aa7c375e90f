-- An older pack may go on writing: no.
-- One name for one thing in every table: parameters, reasons, status and artifact. Every table has a
-- comment, and so has every column except ids that only number the rows.

ALTER TABLE anime.generation_params RENAME TO generation_parameters;
ALTER TABLE anime.handed_over RENAME TO artifact_contents;

ALTER TABLE anime.productions RENAME COLUMN because TO reasons;
ALTER TABLE anime.phases RENAME COLUMN because TO reasons;
ALTER TABLE anime.attempts RENAME COLUMN because TO reasons;
ALTER TABLE anime.decisions RENAME COLUMN because TO reasons;
ALTER TABLE anime.phases RENAME COLUMN given TO parameters;
ALTER TABLE anime.character_references RENAME COLUMN standing TO status;

-- Renaming a table doesn't change the text of a function, so these two functions are created again.
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

ALTER INDEX anime.params_by_text RENAME TO parameters_by_text;
ALTER INDEX anime.generation_params_pkey RENAME TO generation_parameters_pkey;
ALTER INDEX anime.handed_over_pkey RENAME TO artifact_contents_pkey;
ALTER INDEX anime.processes_that_may_run RENAME TO running_processes;
ALTER INDEX anime.jobs_from_a_job RENAME TO jobs_reproduced_from;
ALTER INDEX anime.attempts_count_once RENAME TO attempts_by_number;

-- Triggers refer to their functions by id, so that these can be renamed.
ALTER FUNCTION anime.keep_newest_review() RENAME TO update_review_of_job;
ALTER FUNCTION anime.keep_model() RENAME TO update_model_of_job;
ALTER FUNCTION anime.keep_words() RENAME TO update_words_of_job;
ALTER TRIGGER keep_newest_review ON anime.reviews RENAME TO update_review;
ALTER TRIGGER keep_model ON anime.generation_parameters RENAME TO update_model;
ALTER TRIGGER keep_words_of_a_new_job ON anime.jobs RENAME TO add_words;
ALTER TRIGGER keep_words_of_its_names ON anime.jobs RENAME TO update_words;
ALTER TRIGGER keep_words_of_its_prompts ON anime.generation_parameters RENAME TO update_words;

COMMENT ON SCHEMA anime IS
    'Jobs, characters and productions that Anime Production for ComfyUI records.';

COMMENT ON TABLE anime.artifact_contents IS
    'Contents of artifacts that a later phase needs, for machines that don''t share the output folder.';
COMMENT ON COLUMN anime.artifact_contents.sha256 IS 'SHA-256 of the content, in hexadecimal.';
COMMENT ON COLUMN anime.artifact_contents.content IS 'Whole content of the file.';
COMMENT ON COLUMN anime.artifact_contents.kept_at IS 'Time when the content was stored.';

COMMENT ON TABLE anime.artifacts IS 'Files that jobs wrote.';
COMMENT ON COLUMN anime.artifacts.event_id IS 'Event that recorded the file.';
COMMENT ON COLUMN anime.artifacts.job_id IS 'Job that wrote the file.';
COMMENT ON COLUMN anime.artifacts.path IS
    'Path relative to ComfyUI''s output folder, with forward slashes.';
COMMENT ON COLUMN anime.artifacts.kind IS 'image, animation or video.';
COMMENT ON COLUMN anime.artifacts.bytes IS 'Size of the file.';
COMMENT ON COLUMN anime.artifacts.sha256 IS 'SHA-256 of the content, in hexadecimal.';
COMMENT ON COLUMN anime.artifacts.width IS 'Width in px.';
COMMENT ON COLUMN anime.artifacts.height IS 'Height in px.';
COMMENT ON COLUMN anime.artifacts.frames IS 'Number of frames.';
COMMENT ON COLUMN anime.artifacts.fps IS 'Frame rate in frames per second; NULL for a still.';
COMMENT ON COLUMN anime.artifacts.written_at IS 'Time when the file was complete.';

COMMENT ON TABLE anime.attempts IS
    'Attempts of phases: each is one run of a phase''s workflow, with the decision on its reports.';
COMMENT ON COLUMN anime.attempts.phase_id IS 'Phase that the attempt belongs to.';
COMMENT ON COLUMN anime.attempts.number IS
    'Number within the phase, from 1. An attempt that was cancelled, lost or superseded is run again under the same number.';
COMMENT ON COLUMN anime.attempts.state IS
    'running, passed, failed, rejected (by a person), cancelled, lost (its process ended), or superseded (it was considered lost but ended after all).';
COMMENT ON COLUMN anime.attempts.seed IS 'Seed of this attempt; NULL if the workflow has none.';
COMMENT ON COLUMN anime.attempts.parameters IS
    'Values that filled in the workflow''s parameters, by name.';
COMMENT ON COLUMN anime.attempts.process_id IS 'ComfyUI process that runs or ran the attempt.';
COMMENT ON COLUMN anime.attempts.job_id IS
    'Job of the attempt; NULL until the job is recorded, or after it was deleted.';
COMMENT ON COLUMN anime.attempts.prompt_id IS
    'ComfyUI''s id of the prompt. It is stored before the prompt is queued, so that the attempt is known even if its process dies in between.';
COMMENT ON COLUMN anime.attempts.verdict IS
    'Verdict of the gates: PASS, FAIL or NOT_MEASURED; NULL until the attempt ended.';
COMMENT ON COLUMN anime.attempts.score IS 'Score from 0 to 100; NULL if there is none.';
COMMENT ON COLUMN anime.attempts.reason_code IS
    'Code of the reason for the state; NULL if there is none.';
COMMENT ON COLUMN anime.attempts.reason IS
    'Reason for the state, as an English sentence; NULL if there is none.';
COMMENT ON COLUMN anime.attempts.chosen IS 'True if the phase uses the files of this attempt.';
COMMENT ON COLUMN anime.attempts.started_at IS 'Time when the attempt began.';
COMMENT ON COLUMN anime.attempts.finished_at IS 'Time when the attempt ended; NULL while it runs.';
COMMENT ON COLUMN anime.attempts.reasons IS 'Parts of the reason, as in productions.reasons.';

COMMENT ON TABLE anime.character_references IS 'Reference pictures of the versions of characters.';
COMMENT ON COLUMN anime.character_references.version_id IS 'Version that the picture belongs to.';
COMMENT ON COLUMN anime.character_references.position IS
    'Number of the picture within the version, from 0.';
COMMENT ON COLUMN anime.character_references.status IS
    'Result of checking the picture, in words: used, nobody visible, …';
COMMENT ON COLUMN anime.character_references.used IS
    'True if frames are compared with this picture.';
COMMENT ON COLUMN anime.character_references.similarity IS
    'Similarity to the most similar other reference; NULL if it could not be measured.';

COMMENT ON TABLE anime.character_versions IS
    'Saved versions of characters. A version never changes; recording it again has no effect. The newest version is the one that is loaded.';
COMMENT ON COLUMN anime.character_versions.id IS
    'Id that was made when the version was saved. The version''s file holds it too, so that it is recorded only once.';
COMMENT ON COLUMN anime.character_versions.character_id IS 'Character of this version.';
COMMENT ON COLUMN anime.character_versions.machine_id IS
    'Machine whose library the version was saved in.';
COMMENT ON COLUMN anime.character_versions.folder IS 'Folder of the character inside the library.';
COMMENT ON COLUMN anime.character_versions.version IS
    'Number of the version in its folder, from 1. It is not unique, because a machine can have several libraries.';
COMMENT ON COLUMN anime.character_versions.sha256 IS
    'SHA-256 of everything that was saved, in hexadecimal.';
COMMENT ON COLUMN anime.character_versions.model IS
    'Backend, weights and region of the embeddings; only embeddings of the same model can be compared.';
COMMENT ON COLUMN anime.character_versions.backend IS 'Backend that made the embeddings.';
COMMENT ON COLUMN anime.character_versions.threshold IS
    'Lowest similarity at which a frame counts as showing the character.';
COMMENT ON COLUMN anime.character_versions.calibrated IS
    'True if the references set the threshold, false if it is the backend''s default.';
COMMENT ON COLUMN anime.character_versions.saved_at IS 'Time when the version was saved.';
COMMENT ON COLUMN anime.character_versions.received_at IS
    'Time when the database received the version.';

COMMENT ON TABLE anime.characters IS
    'Characters of projects. The characters of a library belong to the project without a name.';
COMMENT ON COLUMN anime.characters.project_id IS 'Project of the character.';
COMMENT ON COLUMN anime.characters.name IS 'Name of the character, unique within the project.';
COMMENT ON COLUMN anime.characters.created_at IS 'Time when the character was first recorded.';

COMMENT ON TABLE anime.decisions IS
    'Changes of state of productions, phases and attempts, each with its reason and, if a report caused it, the report.';
COMMENT ON COLUMN anime.decisions.id IS 'Number that grows with each decision.';
COMMENT ON COLUMN anime.decisions.production_id IS 'Production that the decision belongs to.';
COMMENT ON COLUMN anime.decisions.phase_id IS
    'Phase whose state changed, or whose attempt did; NULL for the production itself.';
COMMENT ON COLUMN anime.decisions.attempt_id IS
    'Attempt whose state changed; NULL for a phase or a production.';
COMMENT ON COLUMN anime.decisions.report_id IS
    'Report that caused the decision; NULL if no report did, or if it was deleted.';
COMMENT ON COLUMN anime.decisions.kind IS 'production, phase or attempt, whichever changed its state.';
COMMENT ON COLUMN anime.decisions.from_state IS 'State before; NULL for a new row.';
COMMENT ON COLUMN anime.decisions.to_state IS 'State afterwards.';
COMMENT ON COLUMN anime.decisions.reason_code IS 'Code of the reason; NULL if there is none.';
COMMENT ON COLUMN anime.decisions.reason IS
    'Reason as an English sentence; empty if there is none.';
COMMENT ON COLUMN anime.decisions.decided_by IS
    'Name of the person who decided; empty if no person did.';
COMMENT ON COLUMN anime.decisions.decided_at IS 'Time of the decision.';
COMMENT ON COLUMN anime.decisions.reasons IS 'Parts of the reason, as in productions.reasons.';

COMMENT ON TABLE anime.deleted_jobs IS
    'Ids of deleted jobs. Events of these jobs that arrive later are ignored.';
COMMENT ON COLUMN anime.deleted_jobs.id IS 'Id of the deleted job.';
COMMENT ON COLUMN anime.deleted_jobs.deleted_at IS 'Time of the deletion.';

COMMENT ON TABLE anime.generation_parameters IS
    'Generation parameters of jobs: values of node inputs that determine the pictures.';
COMMENT ON COLUMN anime.generation_parameters.job_id IS 'Job that the parameter belongs to.';
COMMENT ON COLUMN anime.generation_parameters.position IS
    'Number within the job, from 0; prompts come first.';
COMMENT ON COLUMN anime.generation_parameters.node_id IS 'Id of the node in the prompt.';
COMMENT ON COLUMN anime.generation_parameters.node_type IS 'Class of the node.';
COMMENT ON COLUMN anime.generation_parameters.kind IS
    'Purpose of the value: positive, negative, prompt (not known to be either), seed, model, lora, sampler, … A LoRA''s file and its strengths have the same node_id.';
COMMENT ON COLUMN anime.generation_parameters.name IS 'Name of the node''s input.';
COMMENT ON COLUMN anime.generation_parameters.text IS 'Text or file name; NULL for a number.';
COMMENT ON COLUMN anime.generation_parameters.number IS
    'Number. The type is numeric because a seed has more digits than a double can hold. NULL if there is none.';
COMMENT ON COLUMN anime.generation_parameters.sha256 IS
    'SHA-256 of the model file; NULL if it is unknown or the value is no model file.';

COMMENT ON TABLE anime.job_events IS 'History of jobs. Recording an event again has no effect.';
COMMENT ON COLUMN anime.job_events.id IS
    'Id that was made when the event happened, so that it is recorded only once.';
COMMENT ON COLUMN anime.job_events.job_id IS 'Job that the event belongs to.';
COMMENT ON COLUMN anime.job_events.kind IS
    'job_queued, job_started, job_finished, job_reviewed, job_lost or artifact_written.';
COMMENT ON COLUMN anime.job_events.at IS 'Time of the event.';
COMMENT ON COLUMN anime.job_events.received_at IS 'Time when the database received the event.';
COMMENT ON COLUMN anime.job_events.state IS
    'State of the job after the event; NULL if the event did not change it.';
COMMENT ON COLUMN anime.job_events.data IS 'Further values, which depend on the kind.';

COMMENT ON TABLE anime.job_words IS
    'Searchable text of jobs: names, tags and prompts. Triggers keep it up to date.';
COMMENT ON COLUMN anime.job_words.job_id IS 'Job that the text belongs to.';
COMMENT ON COLUMN anime.job_words.words IS
    'Text in lower case with normalised width; each name, tag and prompt is on a line of its own.';
COMMENT ON COLUMN anime.job_words.grams IS
    'All letters and pairs of adjacent letters in the text, for the index of the search.';

COMMENT ON TABLE anime.jobs IS 'Jobs: prompts that are tracked.';
COMMENT ON COLUMN anime.jobs.id IS 'Id of the job, made by this pack.';
COMMENT ON COLUMN anime.jobs.prompt_id IS
    'ComfyUI''s id of the prompt; NULL outside a prompt. It is not unique, because ComfyUI accepts the same prompt id twice.';
COMMENT ON COLUMN anime.jobs.project_id IS
    'Project of the job. A job without a project''s name belongs to the project without a name.';
COMMENT ON COLUMN anime.jobs.shot_id IS 'Shot of the job; NULL if it names none.';
COMMENT ON COLUMN anime.jobs.character_id IS 'Character of the job; NULL if it names none.';
COMMENT ON COLUMN anime.jobs.machine_id IS 'Machine that runs or ran the job.';
COMMENT ON COLUMN anime.jobs.tags IS 'Distinct tags, in the order of entry.';
COMMENT ON COLUMN anime.jobs.state IS
    'pending, in_progress, completed, failed, cancelled or lost. A job is lost if its process ended before it; a later event of that process replaces this state. The other three final states never change.';
COMMENT ON COLUMN anime.jobs.created_at IS 'Time when the prompt was queued.';
COMMENT ON COLUMN anime.jobs.started_at IS
    'Time when ComfyUI began to run the prompt; NULL while it waits in the queue.';
COMMENT ON COLUMN anime.jobs.finished_at IS
    'Time when the job ended; for a lost job, the last heartbeat of its process. NULL before the end.';
COMMENT ON COLUMN anime.jobs.error_node_id IS
    'Id of the node that failed; NULL if the job did not fail.';
COMMENT ON COLUMN anime.jobs.error_node_type IS 'Class of the node that failed.';
COMMENT ON COLUMN anime.jobs.error_exception IS 'Class of the exception.';
COMMENT ON COLUMN anime.jobs.error_message IS 'Message of the exception.';
COMMENT ON COLUMN anime.jobs.error_traceback IS 'Traceback of the exception.';
COMMENT ON COLUMN anime.jobs.graph IS 'Prompt in API format, as ComfyUI received it.';
COMMENT ON COLUMN anime.jobs.process_id IS
    'ComfyUI process that runs or ran the job; NULL for a job of an older version of this pack, or outside a prompt.';
COMMENT ON COLUMN anime.jobs.client_id IS
    'ComfyUI''s id of the client that queued the prompt; NULL if it sent none.';
COMMENT ON COLUMN anime.jobs.source IS 'Origin of the prompt: editor, api or production.';
COMMENT ON COLUMN anime.jobs.workflow IS
    'Workflow in the editor''s format; NULL if a script queued the prompt.';
COMMENT ON COLUMN anime.jobs.progress IS 'Share of the prompt''s nodes that are done, 0 to 1.';
COMMENT ON COLUMN anime.jobs.progress_node_id IS
    'Id of the node that runs now; NULL between nodes and after the end.';
COMMENT ON COLUMN anime.jobs.verdict IS
    'Worst verdict of the reports that decide about the kept results. NULL if no report decides, or if the job did not complete.';
COMMENT ON COLUMN anime.jobs.score IS
    'Lowest score of the reports that decide; NULL if one of them has no score.';
COMMENT ON COLUMN anime.jobs.reproduced_from IS
    'Earlier job that this job runs again; NULL for a new job.';
COMMENT ON COLUMN anime.jobs.review IS
    'Verdict of the newest review, approved or rejected; NULL without a review.';
COMMENT ON COLUMN anime.jobs.model IS
    'File names of the models, joined by plus signs; NULL if they are unknown.';
COMMENT ON COLUMN anime.jobs.judged_by IS
    'Rule of the verdict. kept: the reports on the results that Save Jobs save. last: the last report of each kind. worst: all reports, for an older job whose data don''t allow the other rules. NULL without a verdict.';
COMMENT ON COLUMN anime.jobs.saved_by IS
    'Ids of the Save Job nodes that wrote files; NULL if they are unknown.';

COMMENT ON TABLE anime.machines IS 'Machines that run ComfyUI.';
COMMENT ON COLUMN anime.machines.name IS 'Host name of the machine.';
COMMENT ON COLUMN anime.machines.first_seen_at IS 'Time when the machine was first recorded.';

COMMENT ON TABLE anime.measurements IS
    'Measurements of reports: each has a value, or the reason why it has none.';
COMMENT ON COLUMN anime.measurements.report_id IS 'Report that the measurement belongs to.';
COMMENT ON COLUMN anime.measurements.position IS 'Number within the report, from 0.';
COMMENT ON COLUMN anime.measurements.name IS 'Name of the measure.';
COMMENT ON COLUMN anime.measurements.value IS
    'Measured value; NULL if it could not be measured. No other value ever stands for a missing one.';
COMMENT ON COLUMN anime.measurements.unit IS 'Unit of the value.';
COMMENT ON COLUMN anime.measurements.better IS
    'Direction of the scale: higher, lower, or band (best between two limits).';
COMMENT ON COLUMN anime.measurements.low IS 'Lower end of the scale; a value may be outside.';
COMMENT ON COLUMN anime.measurements.high IS 'Upper end of the scale; a value may be outside.';
COMMENT ON COLUMN anime.measurements.threshold_from IS
    'Lower limit of the accepted band. A single threshold is stored in both columns. NULL if there is no threshold.';
COMMENT ON COLUMN anime.measurements.threshold_to IS 'Upper limit of the accepted band.';
COMMENT ON COLUMN anime.measurements.required IS
    'True if the verdict of the report needs this measurement.';
COMMENT ON COLUMN anime.measurements.verdict IS
    'PASS, FAIL, NOT_MEASURED, or INFO for a measurement without a threshold.';
COMMENT ON COLUMN anime.measurements.reason_code IS 'Code of the reason for the verdict.';
COMMENT ON COLUMN anime.measurements.reason_values IS
    'Values that fill in the sentence of the reason code.';
COMMENT ON COLUMN anime.measurements.reason IS 'Reason for the verdict, as an English sentence.';
COMMENT ON COLUMN anime.measurements.backend IS 'Algorithm or model that measured the value.';
COMMENT ON COLUMN anime.measurements.per_frame IS
    'A value for every frame, null for a frame that could not be measured; may be empty.';
COMMENT ON COLUMN anime.measurements.details IS 'Further results, which depend on the measure.';

COMMENT ON TABLE anime.phase_definitions IS
    'Definitions of phases at the time when a production began: workflow, parameters, gates and policy.';
COMMENT ON COLUMN anime.phase_definitions.version IS 'SHA-256 of the definition, in hexadecimal.';
COMMENT ON COLUMN anime.phase_definitions.name IS
    'Id of the phase, as people use it. A name can have several versions.';
COMMENT ON COLUMN anime.phase_definitions.definition IS 'Whole definition.';
COMMENT ON COLUMN anime.phase_definitions.first_seen_at IS
    'Time when a production first used this version.';

COMMENT ON TABLE anime.phases IS
    'Phases of productions: workflows that are run until their gate passes or their attempts are used up.';
COMMENT ON COLUMN anime.phases.production_id IS 'Production that the phase belongs to.';
COMMENT ON COLUMN anime.phases.position IS
    'Number within the production, from 0; phases run in this order.';
COMMENT ON COLUMN anime.phases.version IS 'Definition of the phase.';
COMMENT ON COLUMN anime.phases.state IS
    'queued, running, waiting (for a person''s approval), passed, failed or cancelled.';
COMMENT ON COLUMN anime.phases.queue IS
    'Queue of the phase. Phases with the same nodes and models have the same queue, and a ComfyUI takes phases only from queues that it can run.';
COMMENT ON COLUMN anime.phases.parameters IS
    'Parameters of the first attempt, as the request sets them. Files of the previous phase are not among them.';
COMMENT ON COLUMN anime.phases.attempt_limit IS
    'Largest number of attempts. If they are used up, resuming the production allows as many again.';
COMMENT ON COLUMN anime.phases.process_id IS
    'ComfyUI process that runs the phase; NULL if none does.';
COMMENT ON COLUMN anime.phases.started_at IS
    'Start of the phase, from which its time limit is counted; NULL before. Resuming sets it anew.';
COMMENT ON COLUMN anime.phases.finished_at IS 'Time when the phase ended; NULL before.';
COMMENT ON COLUMN anime.phases.reason_code IS
    'Code of the reason for the state; NULL if there is none.';
COMMENT ON COLUMN anime.phases.reason IS
    'Reason for the state, as an English sentence; NULL if there is none.';
COMMENT ON COLUMN anime.phases.reasons IS 'Parts of the reason, as in productions.reasons.';

COMMENT ON TABLE anime.processes IS
    'ComfyUI processes. When the heartbeat of a process stops, its unfinished jobs are lost.';
COMMENT ON COLUMN anime.processes.id IS
    'Id that the process made for itself, because the system reuses process numbers.';
COMMENT ON COLUMN anime.processes.machine_id IS 'Machine that the process runs on.';
COMMENT ON COLUMN anime.processes.pid IS
    'Process number on its machine; NULL if only jobs of the process were recorded, but no heartbeat.';
COMMENT ON COLUMN anime.processes.started_at IS
    'Time when the process was first recorded, by the database''s clock.';
COMMENT ON COLUMN anime.processes.seen_at IS
    'Time of the last heartbeat, by the database''s clock.';
COMMENT ON COLUMN anime.processes.ended_at IS
    'Last heartbeat of a process that has ended; NULL while it runs.';

COMMENT ON TABLE anime.productions IS
    'Productions: requests that run through several phases without supervision.';
COMMENT ON COLUMN anime.productions.project_id IS 'Project of the production.';
COMMENT ON COLUMN anime.productions.state IS
    'queued, running, waiting (for a person''s approval, or for space on a disk), completed, failed or cancelled.';
COMMENT ON COLUMN anime.productions.request IS 'Request with its defaults filled in.';
COMMENT ON COLUMN anime.productions.reason_code IS
    'Code of the reason for the state; NULL if there is none.';
COMMENT ON COLUMN anime.productions.reason IS
    'Reason why the production failed, was cancelled or waits, as an English sentence; NULL otherwise.';
COMMENT ON COLUMN anime.productions.created_at IS 'Time of the request.';
COMMENT ON COLUMN anime.productions.changed_at IS 'Time of the last change of state.';
COMMENT ON COLUMN anime.productions.finished_at IS 'Time when the production ended; NULL before.';
COMMENT ON COLUMN anime.productions.reasons IS
    'Parts of the reason: for each the name of a measurement (or empty), a code, its values, and an English sentence. Empty for rows of older versions of this pack.';

COMMENT ON TABLE anime.projects IS
    'Projects. The project without a name holds the jobs that name no project, and the characters of the libraries.';
COMMENT ON COLUMN anime.projects.name IS 'Name of the project, unique.';
COMMENT ON COLUMN anime.projects.created_at IS 'Time when the project was first recorded.';

COMMENT ON TABLE anime.reports IS
    'Reports of jobs: the result of one scoring node, with its verdict.';
COMMENT ON COLUMN anime.reports.event_id IS 'Event of the job''s end, which contained the report.';
COMMENT ON COLUMN anime.reports.job_id IS 'Job that the report belongs to.';
COMMENT ON COLUMN anime.reports.position IS 'Number within the job, from 0.';
COMMENT ON COLUMN anime.reports.node_id IS 'Id of the node that showed the report.';
COMMENT ON COLUMN anime.reports.subject IS
    'Subject of the report, such as a loop, a character or the quality of a still.';
COMMENT ON COLUMN anime.reports.verdict IS 'PASS, FAIL or NOT_MEASURED.';
COMMENT ON COLUMN anime.reports.score IS
    'Score from 0 to 100; NULL if a required measurement has no value.';
COMMENT ON COLUMN anime.reports.frames IS
    'Number of frames that were measured; NULL if there are none.';
COMMENT ON COLUMN anime.reports.fps IS 'Frame rate in frames per second; NULL for stills.';
COMMENT ON COLUMN anime.reports.worst_frame IS
    'Number, from 0, of the frame to look at first; NULL if there is none.';
COMMENT ON COLUMN anime.reports.worst_reason_code IS
    'Code of the reason to look at this frame first.';
COMMENT ON COLUMN anime.reports.worst_reason IS
    'Reason to look at this frame first, as an English sentence.';
COMMENT ON COLUMN anime.reports.decides IS
    'True if the job''s verdict is based on this report, false for an earlier measurement.';
COMMENT ON COLUMN anime.reports.explained_by IS
    'Name of the measurement that explains the verdict; NULL for a PASS.';

COMMENT ON TABLE anime.retry_attempts IS 'Attempts of retries inside a prompt.';
COMMENT ON COLUMN anime.retry_attempts.job_id IS 'Job that contains the retry.';
COMMENT ON COLUMN anime.retry_attempts.node_id IS 'Id of the Retry End node.';
COMMENT ON COLUMN anime.retry_attempts.number IS 'Number of the attempt, from 1.';
COMMENT ON COLUMN anime.retry_attempts.seed IS 'Seed of the attempt.';
COMMENT ON COLUMN anime.retry_attempts.verdict IS 'PASS, FAIL or NOT_MEASURED.';
COMMENT ON COLUMN anime.retry_attempts.score IS 'Score from 0 to 100; NULL if there is none.';
COMMENT ON COLUMN anime.retry_attempts.reason IS
    'Reason why the attempt failed; empty if it passed.';
COMMENT ON COLUMN anime.retry_attempts.chosen IS
    'True if the retry returned the results of this attempt.';

COMMENT ON TABLE anime.reviews IS
    'Reviews of jobs by people. The newest review of a job is the valid one.';
COMMENT ON COLUMN anime.reviews.id IS
    'Id of the review''s event, so that it is recorded only once.';
COMMENT ON COLUMN anime.reviews.job_id IS 'Job that was reviewed.';
COMMENT ON COLUMN anime.reviews.verdict IS 'approved or rejected.';
COMMENT ON COLUMN anime.reviews.reason IS 'Reason that the person entered; may be empty.';
COMMENT ON COLUMN anime.reviews.reviewer IS 'Name of the person; may be empty.';
COMMENT ON COLUMN anime.reviews.reviewed_at IS 'Time of the review.';
COMMENT ON COLUMN anime.reviews.received_at IS 'Time when the database received the review.';

COMMENT ON TABLE anime.schema_migrations IS 'Migrations that were applied to this schema.';
COMMENT ON COLUMN anime.schema_migrations.version IS 'Number of the migration.';
COMMENT ON COLUMN anime.schema_migrations.name IS
    'Name of the migration''s file, without number and suffix.';
COMMENT ON COLUMN anime.schema_migrations.applied_at IS 'Time when the migration was applied.';

COMMENT ON TABLE anime.shots IS
    'Shots of projects, each with its episode and scene. An empty name means that none was entered.';
COMMENT ON COLUMN anime.shots.project_id IS 'Project of the shot.';
COMMENT ON COLUMN anime.shots.episode IS 'Name of the episode.';
COMMENT ON COLUMN anime.shots.scene IS 'Name of the scene.';
COMMENT ON COLUMN anime.shots.shot IS 'Name of the shot.';
COMMENT ON COLUMN anime.shots.created_at IS 'Time when the shot was first recorded.';

COMMENT ON TABLE anime.thumbnails IS
    'Thumbnails of artifacts, so that machines without the file can show it.';
COMMENT ON COLUMN anime.thumbnails.event_id IS 'Artifact that the thumbnail shows.';
COMMENT ON COLUMN anime.thumbnails.webp IS 'WebP of at most 192 × 192 px and 8192 bytes.';

COMMENT ON FUNCTION anime.folded(text) IS
    'Returns a text in lower case with normalised width, so that texts can be compared.';
COMMENT ON FUNCTION anime.letters_and_pairs(text) IS
    'Returns all letters of a text and all pairs of adjacent letters, without blanks.';
COMMENT ON FUNCTION anime.words_of(uuid) IS 'Returns the searchable text of a job.';
COMMENT ON FUNCTION anime.models_of(uuid) IS
    'Returns the file names of a job''s models, joined by plus signs.';
