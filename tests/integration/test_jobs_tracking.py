"""`ANIME_TRACKING`, with a real ComfyUI."""

from pathlib import Path

import pytest

from ..models.jobs.postgres import SystemPostgres, wait_until
from .client import ComfyClient, Prompt
from .job_bench import OUTBOX, JobPrompt, Jobs, comfyui_with


@pytest.mark.slow  # a ComfyUI of its own; tests/nodes/test_jobs.py has the nodes alone
def test_with_tracking_off_jobs_run_save_their_files_and_say_that_it_is_off(
    comfyui: Path,
    tmp_path: Path,
    system_postgres: SystemPostgres,
):
    with comfyui_with(
        comfyui, tmp_path, system_postgres.new_database(), ANIME_TRACKING="off"
    ) as server:
        client = ComfyClient(server)
        prompt = JobPrompt(project="Winter")
        pictures = prompt.add("EmptyImage", width=16, height=16, batch_size=2, color=0).out()
        saved = prompt.add("AnimeJobSave", job=prompt.job.out(), images=pictures)
        run = client.run_without_client(prompt)
        assert "Tracking is off (ANIME_TRACKING)" in run.outputs[prompt.job]["text"][0]
        assert len(client.pictures(run, saved)) == 2
        wrapped = Prompt()
        shown = wrapped.add("TestHooks")
        run = client.run_without_client(wrapped)
        assert run.outputs[shown]["text"] == ["none"]
    assert not (tmp_path / OUTBOX).exists()


@pytest.mark.slow
def test_with_tracking_of_all_every_prompt_is_a_job(
    comfyui: Path,
    tmp_path: Path,
    system_postgres: SystemPostgres,
):
    url = system_postgres.new_database()
    with comfyui_with(comfyui, tmp_path, url, ANIME_TRACKING="all") as server:
        client = ComfyClient(server)
        prompt = Prompt()
        prompt.add("TestConsumer", value=prompt.add("TestNumber", number="1").out())
        plain = client.run_without_client(prompt).prompt_id
        named = client.run_without_client(JobPrompt(project="Winter")).prompt_id
        hooks = Prompt()
        shown = hooks.add("TestHooks")
        run = client.run_without_client(hooks)
        assert len(run.outputs[shown]["text"]) == 6
    jobs = Jobs(url)
    wait_until(lambda: jobs.states() == {"completed": 3})
    assert jobs.of_prompt(plain) == jobs.of_prompt(named) == ["completed"]
