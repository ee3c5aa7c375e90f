"""The shared examples, as a user runs them through the API."""

import copy
import json
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from anime_production.tools.comfyui import PACK
from anime_production.tools.sample_video import write_video

from .client import ComfyClient, RequestRefused

API = PACK / "example_workflows" / "api"
SHIPPING_SECONDS = 30
# Reads what the other one has saved.
AFTER = {"use_a_kept_character": "keep_a_character"}
# Examples that no other test runs, with the verdicts of their nodes.
VERDICTS = {
    "best_of_four_takes": {"5": "FAIL", "6": "FAIL", "7": "PASS", "8": "PASS"},
    "compare_before_and_after": {"4": "PASS"},
    "gate_a_batch": {"3": "PASS", "5": "FAIL"},
    "gate_by_any_number": {"3": "FAIL"},
    "grade_a_clip": {"2": "FAIL", "3": "PASS"},
    "interpolate_a_loop": {"11": "PASS"},
    "mask_a_character": {"3": "PASS", "13": "PASS", "14": "FAIL"},
    "retry_until_it_loops": {"4": "PASS", "5": "PASS"},
    "retry_until_the_answer_is_yes": {"7": "PASS", "8": "PASS"},
    "score_a_character": {"4": "PASS", "6": "FAIL"},
    "use_a_kept_character": {"3": "PASS"},
}


@pytest.fixture(scope="module")
def example() -> dict[str, Any]:
    """The prompt of "check a clip"."""
    return json.loads((API / "check_a_clip.json").read_text(encoding="utf-8"))


def with_clip(example: dict[str, Any], **inputs: Any) -> dict[str, Any]:
    prompt = copy.deepcopy(example)
    prompt["1"]["inputs"].update(width=160, height=160, **inputs)
    return prompt


def job_of(client: ComfyClient, prompt_id: str) -> dict[str, Any]:
    """The job's row; it follows the prompt, which doesn't wait for the database."""
    deadline = time.monotonic() + SHIPPING_SECONDS
    while True:
        try:
            answer = client.get(f"/anime/jobs/{prompt_id}")
            if answer["job"]["finished_at"] or time.monotonic() > deadline:
                return answer
        except RequestRefused as error:
            if error.status != 404 or time.monotonic() > deadline:
                raise
        time.sleep(0.05)


def test_the_example_passes_saves_its_clip_and_is_remembered(client, server, example):
    run = client.run(example)
    assert {node: run.report(node)["verdict"] for node in "3456"} == dict.fromkeys("3456", "PASS")
    (saved,) = run.outputs["11"]["images"]
    path = Path(server.base, "output", saved["subfolder"], saved["filename"])
    with Image.open(path) as animation:
        assert animation.n_frames == 24
    answer = job_of(client, run.prompt_id)
    assert answer["job"]["state"] == "completed"
    assert answer["job"]["verdict"] == "PASS"
    assert answer["job"]["project"] == "quickstart"
    assert {each["node_id"] for each in answer["reports"]} == set("3456")
    (artifact,) = answer["artifacts"]
    assert (server.base / "output" / artifact["path"]).samefile(path)
    assert artifact["bytes"] == path.stat().st_size


def test_a_picture_is_drawn_later_of_a_report_that_is_cached(client, example):
    prompt = with_clip(example, seed=99)
    plot, overlay = prompt.pop("12"), prompt.pop("14")
    first = client.run(prompt)
    again = client.run({**prompt, "12": plot, "14": overlay})
    assert first.ran("5")
    assert again.cached("5")
    (picture,) = again.outputs["12"]["images"]
    drawn = client.fetch("/view", **picture)
    assert len(drawn) > 10_000, "an empty picture"
    assert len(again.outputs["14"]["images"]) == 24


def test_the_report_reaches_a_websocket_and_stays_in_the_history_of_a_cached_run(client, example):
    prompt = with_clip(example, seed=101)
    first, second = client.run(prompt), client.run(prompt)
    sent = {each["node"]: each["output"] for each in first.message_data("executed")}
    assert sent["5"]["anime_report"][0][0] == first.report("5") == second.report("5")
    assert second.cached("5")
    assert (
        job_of(client, second.prompt_id)["job"]["id"]
        != job_of(client, first.prompt_id)["job"]["id"]
    )


def read_example(name: str) -> dict[str, Any]:
    return json.loads((API / f"{name}.json").read_text(encoding="utf-8"))


def test_the_loop_in_a_longer_clip_is_found_and_kept(client):
    run = client.run(read_example("find_a_loop"))
    report = run.report("2")
    assert report["verdict"] == run.report("3")["verdict"] == "PASS"
    assert report["frames"] == 24, "the period"
    (artifact,) = job_of(client, run.prompt_id)["artifacts"]
    assert artifact["frames"] == 24


def test_the_pictures_of_a_ranking_are_no_files_of_the_job(client):
    run = client.run(read_example("best_of_8"))
    ((ranking,),) = run.outputs["6"]["anime_ranking"]
    assert len([each for each in ranking["ranking"] if "picture" in each]) == 8
    answer = job_of(client, run.prompt_id)
    saved = {each["filename"] for each in run.outputs["8"]["images"]}
    assert {Path(each["path"]).name for each in answer["artifacts"]} == saved
    assert len(saved) == 3
    assert answer["job"]["verdict"] == "PASS"


def test_a_mask_says_which_of_two_people_is_scored(client):
    prompt = read_example("mask_a_character")
    by_mask = client.run(prompt).report("13")["measurements"][0]
    assert by_mask["value"] > 0.95
    assert by_mask["details"]["detector"] == "masks"
    assert all(left > 0.5 for left, *_ in by_mask["details"]["boxes"]), "she stands at the right"
    prompt["11"]["inputs"]["x"] = 384  # the note says so: the mask marks the other one
    other = client.run(prompt).report("13")
    assert other["verdict"] == "FAIL"
    assert other["measurements"][0]["value"] < 0.7


def test_a_clip_of_the_user_is_checked(client, server):
    write_video(server.base / "input" / "my walk.mp4", seam_jump=4)
    prompt = read_example("check_your_clip")
    prompt["1"]["inputs"]["file"] = "my walk.mp4"
    run = client.run(prompt)
    assert [run.report(node)["verdict"] for node in ("4", "5", "6")] == ["PASS", "PASS", "FAIL"]
    assert job_of(client, run.prompt_id)["job"]["shot"] == "my clip"


@pytest.mark.parametrize(("name", "verdicts"), VERDICTS.items(), ids=VERDICTS)
def test_an_example_gives_the_verdicts_that_it_is_to_show(client, name, verdicts):
    if name in AFTER:
        client.run(read_example(AFTER[name]))
    run = client.run(read_example(name))
    shown = {
        run.history["meta"][node]["display_node"]: output["anime_report"][0][0]["verdict"]
        for node, output in run.outputs.items()
        if "anime_report" in output
    }
    assert shown == verdicts
