"""ComfyUI processes that die, that share a database, and that have a thousand prompts to do."""

import random
import time
from itertools import chain
from pathlib import Path

import pytest

from ..models.jobs.postgres import SystemPostgres, wait_until
from .client import ComfyClient
from .job_bench import JobPrompt, Jobs, comfyui_with

KILLS = 20
LONGEST_LIFE = 1.5  # seconds from the first prompt to the kill
PROMPTS = 8  # of a process; each takes 0 to 0.3 s
MANY = 1000

ENDED_TWICE = """
SELECT job_id FROM anime.job_events WHERE kind = 'job_finished' GROUP BY job_id HAVING count(*) > 1
"""


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_comfyui_that_is_killed_at_any_moment_loses_and_doubles_no_job(
    comfyui: Path,
    tmp_path: Path,
    system_postgres: SystemPostgres,
):
    url = system_postgres.new_database()
    jobs, chance = Jobs(url), random.Random(7)
    notes = tmp_path / "notes"
    notes.mkdir()
    acknowledged: dict[str, Path] = {}  # prompt id -> the note that its node leaves when it is done
    told_ended: set[str] = set()
    for _ in range(KILLS):
        server = comfyui_with(comfyui, tmp_path / "base", url)
        server.start()
        client = ComfyClient(server)
        end = time.monotonic() + chance.uniform(0.0, LONGEST_LIFE)
        left = PROMPTS
        try:
            while time.monotonic() < end:
                if left:
                    left -= 1
                    note = notes / str(len(acknowledged))
                    prompt = JobPrompt(seconds=chance.uniform(0.0, 0.3), seed=len(acknowledged))
                    prompt[prompt.wait]["inputs"]["note"] = str(note)
                    acknowledged[client.submit(prompt)] = note
                told_ended |= set(client.get("/history"))
        finally:
            server.kill()
    with comfyui_with(comfyui, tmp_path / "base", url) as server:
        wait_until(lambda: jobs.ended() >= acknowledged.keys(), 60)
        last = ComfyClient(server).run_without_client(JobPrompt(seed=1)).prompt_id
        wait_until(lambda: jobs.of_prompt(last) == ["completed"])
    of_each = {each: jobs.of_prompt(each) for each in acknowledged}
    assert {len(states) for states in of_each.values()} == {1}, "each is there exactly once"
    states = {prompt: states[0] for prompt, states in of_each.items()}
    assert set(states.values()) == {"completed", "lost"}, "it was killed while prompts ran"
    assert {states[prompt] for prompt in told_ended} == {"completed"}
    wrong = [
        prompt for prompt, state in states.items()
        if state == "completed" and not acknowledged[prompt].exists()
    ]  # fmt: skip
    assert wrong == [], "completed, and its node wasn't done"
    assert jobs.rows("SELECT count(*) FROM anime.jobs WHERE finished_at IS NULL") == [(0,)]
    assert jobs.rows(ENDED_TWICE) == []


@pytest.mark.slow
def test_two_comfyuis_on_one_private_folder_and_database_keep_their_jobs_apart(
    comfyui: Path,
    tmp_path: Path,
    system_postgres: SystemPostgres,
):
    url = system_postgres.new_database()
    jobs = Jobs(url)
    first = comfyui_with(comfyui, tmp_path, url)
    second = comfyui_with(comfyui, tmp_path, url)
    with first, second:
        clients = ComfyClient(first), ComfyClient(second)
        prompts = [
            [client.submit(JobPrompt(seed=number, seconds=0.05)) for number in range(30)]
            for client in clients
        ]
        waiting = clients[0].submit(JobPrompt(seed=99, seconds=300.0))
        wait_until(jobs.are_ended(60), 60)
        assert {state for each in chain(*prompts) for state in jobs.of_prompt(each)} == {
            "completed"
        }
        wait_until(lambda: jobs.of_prompt(waiting) == ["in_progress"])
        second.stop()
        second.start()  # which doesn't mark the other's jobs
        run = ComfyClient(second).run_without_client(JobPrompt(seed=98))
        wait_until(lambda: jobs.of_prompt(run.prompt_id) == ["completed"])
        assert jobs.of_prompt(waiting) == ["in_progress"]
        first.kill()
        wait_until(lambda: jobs.of_prompt(waiting) == ["lost"], 60)
    assert jobs.rows("SELECT count(DISTINCT process_id) FROM anime.jobs") == [(3,)]
    assert jobs.states() == {"completed": 61, "lost": 1}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_thousand_prompts_in_the_queue_are_a_thousand_jobs(
    comfyui: Path,
    tmp_path: Path,
    system_postgres: SystemPostgres,
):
    url = system_postgres.new_database()
    jobs = Jobs(url)
    with comfyui_with(comfyui, tmp_path, url) as server:
        client = ComfyClient(server)
        blocker = client.submit(JobPrompt(seed=1, seconds=300.0))
        prompts = [client.submit(JobPrompt(seed=2 + number)) for number in range(MANY)]
        wait_until(lambda: jobs.states() == {"in_progress": 1, "pending": MANY}, 60)
        client.post("/interrupt", {"prompt_id": blocker})
        wait_until(jobs.are_ended(MANY // 2), 300)
        client.post("/queue", {"clear": True})
        wait_until(jobs.are_ended(MANY + 1), 120)
    states = jobs.states()
    assert set(states) == {"completed", "cancelled"}
    assert states["completed"] >= MANY // 2
    query = "SELECT count(*), count(DISTINCT prompt_id) FROM anime.jobs"
    assert jobs.rows(query) == [(MANY + 1, MANY + 1)]
    assert set(prompts) <= {each for (each,) in jobs.rows("SELECT prompt_id FROM anime.jobs")}
    ends = "SELECT count(*) FROM anime.job_events WHERE kind = 'job_finished'"
    assert jobs.rows(ends) == [(MANY + 1,)]
