"""Prompts that other packs put back, that ComfyUI accepts in part, and that run in part."""

import time
from contextlib import suppress
from typing import Any

import pytest

from .client import ComfyClient, Prompt, RequestRefused

MISSING = "nope.png"
SECONDS = 60.0  # for the embedded server's first start on a busy machine


def jobs_of(client: ComfyClient, project: str) -> list[dict[str, Any]]:
    """The jobs of a project, the oldest first."""
    listed: list[dict[str, Any]] = client.get("/anime/jobs", project=project)["jobs"]
    return sorted(listed, key=lambda job: job["created_at"])


def ended_jobs(client: ComfyClient, project: str, count: int) -> list[dict[str, Any]]:
    """The jobs of a project, once so many have ended and no other is open."""
    deadline = time.monotonic() + SECONDS
    jobs: list[dict[str, Any]] = []
    while len(jobs) != count or not all(job["finished_at"] for job in jobs):
        assert time.monotonic() < deadline, jobs
        time.sleep(0.2)
        with suppress(RequestRefused):  # the embedded server starts with the first job
            jobs = jobs_of(client, project)
    return jobs


def kinds(client: ComfyClient, job: dict[str, Any]) -> list[str]:
    """What was recorded of a job."""
    events = client.get(f"/anime/jobs/{job['id']}/events")["events"]
    return [event["kind"] for event in events]


@pytest.mark.parametrize("same_id", [False, True], ids=["new id", "same id"])
def test_a_prompt_that_a_node_queues_again_is_a_job_for_each_run(
    client: ComfyClient, same_id: bool
):
    """VideoHelperSuite's Meta Batch; with the same prompt id, a pack that puts the item back."""
    project = f"Put back {same_id}"
    prompt = Prompt()
    job = prompt.add("AnimeJob", project=project)
    prompt.add("TestRequeue", runs=3, same_id=same_id)
    clip = prompt.add("AnimeSampleClip", frames=4, width=64, height=64).out()
    score = prompt.add("AnimeClipQuality", images=clip, fps=12.0)
    prompt.add("AnimeJobSave", job=job.out(), images=clip, report=score.out())
    client.run(prompt)
    jobs = ended_jobs(client, project, 3)
    assert [each["state"] for each in jobs] == ["completed"] * 3
    assert len({each["prompt_id"] for each in jobs}) == (1 if same_id else 3)
    for each in jobs:
        recorded = kinds(client, each)
        assert {kind: recorded.count(kind) for kind in recorded} == {
            "job_queued": 1, "job_started": 1, "artifact_written": 4, "job_finished": 1,
        }  # fmt: skip
        answer = client.get(f"/anime/jobs/{each['id']}")
        assert len(answer["reports"]) == 1
        assert each["verdict"] == answer["reports"][0]["report"]["verdict"]
    assert client.get("/queue") == {"queue_running": [], "queue_pending": []}


def half_valid(project: str) -> Prompt:
    """A loop score and a Save Job that can't run, beside a Job that can."""
    prompt = Prompt()
    job = prompt.add("AnimeJob", project=project)
    images = prompt.add("LoadImage", image=MISSING).out()
    score = prompt.add("AnimeLoopScore", images=images, fps=12.0)
    prompt.add("AnimeJobSave", job=job.out(), images=images, report=score.out())
    return prompt


def test_a_prompt_that_is_accepted_in_part_is_a_failed_job_with_its_node_errors(
    client: ComfyClient,
):
    prompt = half_valid("In part")
    accepted = client.post("/prompt", {"prompt": prompt})
    assert accepted["node_errors"].keys() == {"2"}
    prompt_id = accepted["prompt_id"]
    ended_jobs(client, "In part", 1)
    job = client.get(f"/anime/jobs/{prompt_id}")["job"]
    assert (job["state"], job["verdict"]) == ("failed", None)
    error = job["error"]
    assert (error["node_id"], error["node_type"]) == ("2", "LoadImage")
    assert error["exception"] == "prompt_accepted_in_part"
    headline, detail = error["message"].split("\n")
    assert headline.endswith("It left out AnimeLoopScore (3), AnimeJobSave (4):")
    assert MISSING in detail
    (listed,) = jobs_of(client, "In part")
    assert listed["error"] == error["message"]
    history = client.history(prompt_id)
    assert history is not None
    assert history["outputs"]["1"]["text"] == [error["message"]], "Job says it in its `ui`"
    with pytest.raises(RequestRefused) as refused:  # the file is still missing
        client.post(f"/anime/jobs/{job['id']}/reproduce", {})
    assert refused.value.status == 409
    assert refused.value.answer["node_errors"].keys() == {"2"}


def test_a_save_job_beside_a_broken_branch_says_what_was_left_out(client: ComfyClient):
    prompt = half_valid("Beside")
    picture = prompt.add("EmptyImage", width=64, height=64, batch_size=1, color=200)
    save = prompt.add("AnimeJobSave", job=["1", 0], images=picture.out())
    prompt_id = client.post("/prompt", {"prompt": prompt})["prompt_id"]
    ended_jobs(client, "Beside", 1)
    answer = client.get(f"/anime/jobs/{prompt_id}")
    assert answer["job"]["state"] == "failed"
    assert len(answer["artifacts"]) == 1, "what was saved is remembered"
    history = client.history(prompt_id)
    assert history is not None
    assert history["outputs"][save]["text"] == [answer["job"]["error"]["message"]]


def test_a_job_of_a_part_of_its_graph_is_reproduced_as_this_part(client: ComfyClient):
    prompt = half_valid("Scope")
    picture = prompt.add("EmptyImage", width=64, height=64, batch_size=1, color=200).out()
    save = prompt.add("AnimeJobSave", job=["1", 0], images=picture)
    accepted = client.post("/prompt", {"prompt": prompt, "partial_execution_targets": [save]})
    assert accepted["node_errors"] == {}
    (first,) = ended_jobs(client, "Scope", 1)
    assert first["state"] == "completed"
    graph = client.get(f"/anime/jobs/{first['id']}/graph")
    assert (graph["output_nodes"], graph["graph"].keys()) == ([save], prompt.keys())
    again = client.post(f"/anime/jobs/{first['id']}/reproduce", {})
    assert again["differences"] == [], "a missing file of the other branch makes no difference"
    _, second = ended_jobs(client, "Scope", 2)
    assert (second["state"], second["reproduced_from"]) == ("completed", first["id"])
    history = client.history(again["prompt_id"])
    assert history is not None
    assert set(history["outputs"]) == {"1", save}
    assert client.get(f"/anime/jobs/{second['id']}/graph")["output_nodes"] == [save]
    once_more = client.post(f"/anime/jobs/{second['id']}/reproduce", {"changes": {"5.color": 9}})
    ended_jobs(client, "Scope", 3)
    assert client.get(f"/anime/jobs/{once_more['prompt_id']}")["job"]["state"] == "completed"


def test_comfyui_counts_one_picture_as_one_output(client: ComfyClient):
    prompt = Prompt()
    job = prompt.add("AnimeJob", project="Counted")
    clip = prompt.add("AnimeSampleClip", frames=4, width=64, height=64).out()
    quality = prompt.add("AnimeStillQuality", images=clip)
    loop = prompt.add("AnimeLoopScore", images=clip, fps=12.0)
    gate = prompt.add("AnimeGate", report=loop.out(), images=clip)
    prompt.add("TestConsumer", value=gate.out(3))
    best = prompt.add("AnimeBestOf", images=clip, report=quality.out(), k=2)
    prompt.add("TestConsumer", value=best.out(0))
    prompt.add("AnimeReview", job=job.out(), verdict="approved")
    prompt.add("AnimeCharacterSheet", name="Counted", references=clip)
    picture = prompt.add("EmptyImage", width=64, height=64, batch_size=1, color=200).out()
    save = prompt.add("AnimeJobSave", job=job.out(), images=picture)
    run = client.run(prompt)
    assert run.report(loop)["subject"] == "loop"
    entry = client.get(f"/api/jobs/{run.prompt_id}")
    assert entry["outputs_count"] == 1
    assert entry.get("previewable_outputs_count", 1) == 1, "of ComfyUI 0.46"
    assert entry["preview_output"]["nodeId"] == save
    own = {
        key: value
        for output in run.outputs.values()
        for key, value in output.items()
        if key.startswith("anime_")
    }
    assert {"anime_job", "anime_report", "anime_gate", "anime_review"} <= own.keys()
    for key, value in own.items():
        assert not any(isinstance(each, dict) for each in value), key
