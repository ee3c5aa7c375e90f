"""The routes of jobs in a running ComfyUI: reading a prompt that really ran, and acting on it."""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from .client import ComfyClient, Prompt, RequestRefused


def job_prompt(seconds: float | None = None, **names: str) -> Prompt:
    """A tracked prompt, which may take its time."""
    prompt = Prompt()
    job = prompt.add("AnimeJob", **names)
    images = prompt.add("EmptyImage", width=64, height=64, batch_size=2, color=200)
    prompt.add("AnimeJobSave", job=job.out(), images=images.out(), filename="routes/{shot}")
    if seconds is not None:
        wait = prompt.add("TestWait", seconds=seconds, seed=0, fails=False)
        prompt.add("TestConsumer", value=wait.out())
    return prompt


def until(found: Callable[[], Any], seconds: float = 60) -> Any:
    """What is found, once it is."""
    end = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
    return value


def test_a_prompt_that_ran_is_listed_shown_and_exported(client: ComfyClient):
    run = client.run(job_prompt(project="Routes", shot="012", tags="night"))
    # The embedded server's first start may take longer than a request waits.
    (row,) = until(lambda: client.get("/api/anime/jobs", project="Routes", tag="night")["jobs"])
    assert (row["prompt_id"], row["state"], row["shot"]) == (run.prompt_id, "completed", "012")
    job = client.get(f"/anime/jobs/{run.prompt_id}")
    assert job["job"]["id"] == row["id"]
    assert [file["exists"] for file in job["artifacts"]] == [True, True]
    assert client.fetch(job["artifacts"][0]["view"]).startswith(b"\x89PNG")
    assert client.fetch(row["thumbnail"])[8:12] == b"WEBP"
    kept = client.get(f"/anime/jobs/{row['id']}/graph")["graph"]
    assert [node["class_type"] for node in kept.values()] == [
        "AnimeJob", "EmptyImage", "AnimeJobSave",
    ]  # fmt: skip
    assert run.prompt_id in client.fetch("/anime/export", format="csv", project="Routes").decode()
    health = client.get("/anime/health")["components"]
    assert health["database"]["mode"] == "embedded"
    assert health["device"] == {"status": "ok", "name": "cpu"}


def test_a_reproduced_job_is_a_new_one_that_knows_the_old(client: ComfyClient):
    run = client.run(job_prompt(project="Again", shot="1"))
    old = client.get(f"/anime/jobs/{run.prompt_id}")["job"]
    changes = {"changes": {"1.shot": "2", "2.color": 100}}
    answer = client.post(f"/anime/jobs/{old['id']}/reproduce", changes)
    assert answer["differences"] == []
    assert answer["changed"] == ["1.shot", "2.color"]

    def ended() -> Any:
        found = client.get("/anime/jobs", shot="2", project="Again", state="completed")
        return found["jobs"]

    (new,) = until(ended)
    assert new["prompt_id"] == answer["prompt_id"]
    assert new["reproduced_from"] == old["id"]
    assert client.get(f"/anime/jobs/{old['id']}/graph")["graph"]["1"]["inputs"]["shot"] == "1"


def test_a_job_run_again_is_the_editors_where_the_request_says_so_and_no_page_hears_of_it(
    client: ComfyClient,
):
    run = client.run(job_prompt(project="Heard", shot="1"))
    route = f"/anime/jobs/{run.prompt_id}/reproduce"
    with client.listen() as page, client.listen() as script:
        asked = {
            "api": {"changes": {"2.color": 1}},
            "editor": {"changes": {"2.color": 2}, "source": "editor"},
        }
        again = {source: client.post(route, body) for source, body in asked.items()}
        for source, answer in again.items():
            job = until(partial(ended, client, answer["prompt_id"]))
            assert job["source"] == source
            assert job["client_id"].startswith("anime-")
        body = {"changes": {"2.color": 3}, "client_id": script.client_id}
        named = client.post(route, body)["prompt_id"]
        job = until(partial(ended, client, named))
        assert (job["source"], job["client_id"]) == ("api", script.client_id)
        # Its last message comes after everything that the others could have sent.
        script.until(lambda message: message["type"] == "execution_success", 10)
        client.submit(job_prompt(project="Heard", shot="2"), client_id=page.client_id)
        page.until(lambda message: message["type"] == "execution_success", 10)
    reproduced = {named, *(answer["prompt_id"] for answer in again.values())}
    about = [each for each in page.messages if each["data"].get("prompt_id") in reproduced]
    assert {each["type"] for each in about} <= {"anime.job"}


def ended(client: ComfyClient, prompt_id: str) -> Any:
    """The job of a prompt that has ended, else None."""
    with suppress(RequestRefused):  # the database may not have it yet
        job = client.get(f"/anime/jobs/{prompt_id}")["job"]
        return job if job["state"] == "completed" else None
    return None


def test_a_change_that_comfyui_refuses_queues_nothing(client: ComfyClient):
    run = client.run(job_prompt(project="Refused"))
    before = client.get("/anime/jobs", project="Refused", limit=200)["jobs"]
    body = {"changes": {"2.width": "broad"}}
    with pytest.raises(RequestRefused) as refusal:
        client.post(f"/anime/jobs/{run.prompt_id}/reproduce", body)
    assert refusal.value.status == 409
    assert "refuses" in refusal.value.answer["error"]["message"]
    assert client.get("/anime/jobs", project="Refused", limit=200)["jobs"] == before


def test_what_is_no_longer_installed_is_named(client: ComfyClient):
    """A picture that this ComfyUI never had: as after its file was removed."""
    prompt = job_prompt(project="Gone")
    images = prompt.add("LoadImage", image="of-another-time.png")
    prompt.add("PreviewImage", images=images.out())
    client.post("/prompt", {"prompt": prompt})  # its first output runs all the same

    def ended() -> Any:
        return client.get("/anime/jobs", project="Gone", state="failed")["jobs"]

    (row,) = until(ended)
    with pytest.raises(RequestRefused) as refusal:
        client.post(f"/anime/jobs/{row['id']}/reproduce", {})
    assert refusal.value.status == 409
    (difference,) = refusal.value.answer["differences"]
    assert difference["kind"] == "missing_file"
    assert "of-another-time.png" in difference["message"]


def test_a_job_is_cancelled_whether_it_waits_or_runs(client: ComfyClient):
    running = client.submit(job_prompt(30, project="Cancel", shot="runs"))
    waiting = client.submit(job_prompt(project="Cancel", shot="waits"))

    def state_of(prompt_id: str) -> str:
        return str(client.get(f"/anime/jobs/{prompt_id}")["job"]["state"])

    until(lambda: state_of(running) == "in_progress")
    assert client.post(f"/anime/jobs/{waiting}/cancel", {})["was"] == "pending"
    assert client.post(f"/anime/jobs/{running}/cancel", {})["was"] == "in_progress"
    until(lambda: state_of(running) == state_of(waiting) == "cancelled")
    with pytest.raises(RequestRefused, match="nothing to cancel"):
        client.post(f"/anime/jobs/{running}/cancel", {})
