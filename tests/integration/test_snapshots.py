"""Small pictures of judged frames reach the record of jobs, in a real ComfyUI."""

import time
from io import BytesIO
from typing import Any

import numpy
import pytest
from PIL import Image

from .client import ComfyClient, Node, Prompt, RequestRefused, Run
from .job_bench import Jobs
from .retry_prompt import SECOND_IS_BEST, Retry, clip_of

FRAMES = 24
SEAM = [0, 1, 2, 21, 22, 23]
MOST_BYTES = 200_000  # of a report's pictures, and of a node's message


class LoopPrompt(Prompt):
    """A clip that jumps at its seam and that no node saves."""

    def __init__(self, seed: int, has_job: bool = True) -> None:
        super().__init__()
        self.clip: Node = self.add(
            "AnimeSampleClip", seed=seed, frames=FRAMES, width=160, height=96, seam_jump=8.0
        )
        self.score: Node = self.add("AnimeLoopScore", images=self.clip.out(), fps=12.0)
        if has_job:
            self.add("AnimeJob", project="Snapshots", shot=str(seed))


def answer_of(client: ComfyClient, run: Run) -> Any:
    return client.get(f"/anime/jobs/{run.prompt_id}")


def reports_of(client: ComfyClient, run: Run) -> dict[str, Any]:
    return {each["node_id"]: each for each in answer_of(client, run)["reports"]}


def frames_of(report: Any) -> list[int]:
    return [each["frame"] for each in report["snapshots"]]


def picture(client: ComfyClient, snapshot: Any) -> numpy.ndarray:
    return numpy.asarray(Image.open(BytesIO(client.fetch(snapshot["view"]))), dtype=int)


def test_a_loop_that_failed_and_saved_nothing_has_pictures(client: ComfyClient):
    prompt = LoopPrompt(seed=time.time_ns() % 2**31)
    shown = prompt.add("PreviewImage", images=prompt.clip.out())
    run = client.run(prompt)
    answer = answer_of(client, run)
    (report,) = answer["reports"]
    assert (report["report"]["verdict"], answer["artifacts"]) == ("FAIL", [])
    assert frames_of(report) == SEAM
    assert all(each["at_seam"] for each in report["snapshots"])
    assert sum(each["bytes"] for each in report["snapshots"]) < MOST_BYTES
    whole = client.pictures(run, shown)
    for each in report["snapshots"]:
        distances = [numpy.abs(frame - picture(client, each)).mean() for frame in whole]
        assert int(numpy.argmin(distances)) == each["frame"]
    (row,) = client.get(f"/anime/jobs?shot={prompt['3']['inputs']['shot']}")["jobs"]
    assert row["thumbnail"] == f"/anime/jobs/{answer['job']['id']}/thumbnail"
    assert max(Image.open(BytesIO(client.fetch(row["thumbnail"]))).size) == 160


def test_the_pictures_are_in_no_message_and_are_no_media(client: ComfyClient):
    prompt = LoopPrompt(seed=time.time_ns() % 2**31)
    run = client.run(prompt)
    assert set(run.outputs[prompt.score]) <= {"anime_report", "anime_flipbook", "anime_blocked"}
    (entry,) = run.outputs[prompt.score]["anime_report"][0]
    assert "snapshots" not in entry


def test_a_cached_result_has_its_pictures_in_the_next_job(client: ComfyClient):
    seed = time.time_ns() % 2**31
    first = client.run(LoopPrompt(seed))
    again = LoopPrompt(seed)
    again["3"]["inputs"]["shot"] = "again"
    second = client.run(again)
    assert second.cached(again.score)
    (one,), (two,) = reports_of(client, first).values(), reports_of(client, second).values()
    assert frames_of(two) == frames_of(one) == SEAM
    assert [each["set"] for each in two["snapshots"]] == [each["set"] for each in one["snapshots"]]
    job = answer_of(client, first)["job"]["id"]
    client.request(f"/anime/jobs/{job}", method="DELETE")
    with pytest.raises(RequestRefused) as refusal:
        client.fetch(one["snapshots"][0]["view"])
    assert refusal.value.status == 404
    assert picture(client, two["snapshots"][0]).shape == (96, 160, 3)


def test_a_prompt_without_a_job_writes_nothing(client: ComfyClient, jobs: Jobs):
    query = "SELECT count(*) FROM anime.snapshots"
    run = client.run(LoopPrompt(seed=time.time_ns() % 2**31))
    assert all(map(frames_of, reports_of(client, run).values()))  # all events are written
    before = jobs.rows(query)
    client.run(LoopPrompt(seed=time.time_ns() % 2**31, has_job=False))
    assert all(map(frames_of, reports_of(client, run).values()))
    assert jobs.rows(query) == before


def test_a_retry_has_the_pictures_of_the_attempt_that_it_chose(client: ComfyClient):
    retry = Retry(SECOND_IS_BEST, attempts=3)
    retry.prompt.add("AnimeJob", project="Snapshots", shot=f"retry {time.time_ns()}")
    run = client.run(retry.prompt)
    report = reports_of(client, run)[retry.end]
    assert frames_of(report)
    chosen, other = clip_of(client, 3), clip_of(client, 9)
    last = max(report["snapshots"], key=lambda each: each["frame"])
    shown = picture(client, last)
    assert (
        numpy.abs(chosen[last["frame"]] - shown).mean() * 2
        < numpy.abs(other[last["frame"]] - shown).mean()
    )


def test_every_node_that_scores_frames_has_pictures(client: ComfyClient):
    prompt = LoopPrompt(seed=time.time_ns() % 2**31)
    prompt[prompt.clip]["inputs"]["frames"] = 12
    clip = prompt.clip.out()
    sheet = prompt.add("AnimeCharacterSheet", references=clip)
    nodes = {
        "Still Quality": prompt.add("AnimeStillQuality", images=clip),
        "Clip Quality": prompt.add("AnimeClipQuality", images=clip, fps=12.0),
        "Compare Images": prompt.add("AnimeCompareImages", images=clip, references=clip),
        "Loop Score": prompt.score,
        "Close Loop": prompt.add("AnimeLoopClose", images=clip, fps=12.0, method="crossfade"),
        "Find Loop": prompt.add("AnimeLoopFind", images=clip, fps=12.0),
        "Character Sheet": sheet,
        "Character Score": prompt.add("AnimeCharacterScore", images=clip, character=sheet.out(0)),
    }
    merged = [nodes[name].out() for name in ("Clip Quality", "Loop Score")]
    inputs = {f"reports.report{place}": link for place, link in enumerate(merged)}
    nodes["Merge Reports"] = prompt.add("AnimeReportMerge", **inputs)
    run = client.run(prompt, seconds=300)
    recorded = reports_of(client, run)
    for name, node in nodes.items():
        report = recorded[node]
        assert frames_of(report), name
        assert report["snapshots_absent"] is None, name
        worst = report["report"]["worst"]
        assert worst is None or worst["frame"] in frames_of(report), name
        assert sum(each["bytes"] for each in report["snapshots"]) < 2 * MOST_BYTES, name
