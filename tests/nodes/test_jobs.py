import json

import pytest

from anime_production.models.jobs.recording.events import Event, JobStarted
from anime_production.models.jobs.recording.recorder import Recorder, SecondJob
from anime_production.nodes import comfyui, jobs
from anime_production.nodes.jobs import AnimeJob
from anime_production.web.server import folders


@pytest.fixture
def recorder(tmp_path, monkeypatch):
    """A recorder whose outbox can be read: its database is away."""
    monkeypatch.setenv("ANIME_DATABASE_URL", "postgresql://127.0.0.1:1/away")
    recorder = Recorder(tmp_path / "private")
    monkeypatch.setattr(jobs, "open_recorder", lambda directory: recorder)
    yield recorder
    recorder.close()


def events_of(recorder: Recorder) -> list:
    return [Event.from_json(each.body) for each in recorder._outbox.oldest(100)]


def test_a_job_begins_with_the_prompt_and_says_its_id(recorder, run_node):
    answer = run_node(AnimeJob, project=" Winter ", scene="03", tags="night, snow")
    job = answer.args[0]
    assert (job.project, job.scene, job.shot, job.prompt_id) == ("Winter", "03", "", "a prompt")
    (event,) = events_of(recorder)
    assert isinstance(event, JobStarted)
    assert event.job == job
    assert json.loads(json.dumps(answer.ui)) == {"anime_job": [[{"id": str(job.id)}]]}


def test_an_api_prompt_may_leave_every_input_out(recorder, run_node):
    assert run_node(AnimeJob).args[0].project == ""


def test_a_second_job_in_a_prompt_is_an_error_in_words(recorder, run_node):
    run_node(AnimeJob)
    with pytest.raises(SecondJob, match="this prompt has an AnimeJob already"):
        run_node(AnimeJob, project="another")


def test_with_tracking_off_it_says_so_and_nothing_is_kept(tmp_path, run_node, monkeypatch):
    monkeypatch.setenv("ANIME_TRACKING", "off")
    monkeypatch.setattr(comfyui, "private_directory", lambda: tmp_path)
    answer = run_node(AnimeJob, project="Winter")
    assert "Tracking is off (ANIME_TRACKING)" in answer.ui["text"][0]
    assert answer.args[0].project == "Winter"
    assert list(tmp_path.iterdir()) == []


def test_every_prompt_is_a_job_of_its_own():
    assert AnimeJob.fingerprint_inputs() != AnimeJob.fingerprint_inputs()
    assert AnimeJob.GET_SCHEMA().is_output_node
    assert AnimeJob.GET_SCHEMA().not_idempotent


def test_nodes_and_server_speak_of_the_same_folder():
    assert folders.PRIVATE_FOLDER == comfyui.PRIVATE_FOLDER
