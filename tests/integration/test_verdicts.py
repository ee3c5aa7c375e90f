"""A job's verdict is that of what it kept, in a real ComfyUI, its API and its messages."""

import copy
from typing import Any

import pytest

from .client import ComfyClient, Run
from .test_examples import job_of, read_example


def small(name: str, **clip: Any) -> dict[str, Any]:
    """An example with its first clip changed."""
    prompt = copy.deepcopy(read_example(name))
    prompt["1"]["inputs"].update(clip)
    return prompt


def verdict_of(client: ComfyClient, run: Run) -> tuple[str | None, str | None, set[str]]:
    """The job's verdict, the rule, and the nodes whose reports decided, the same everywhere."""
    answer = job_of(client, run.prompt_id)
    job = answer["job"]
    (row,) = [each for each in client.get("/anime/jobs", limit=100)["jobs"]
              if each["id"] == job["id"]]  # fmt: skip
    announced = run.message_data("anime.job")[-1]
    names = ("id", "verdict", "score")
    assert [row[name] for name in names] == [job[name] for name in names]
    assert [announced[name] for name in names[:2]] == [job[name] for name in names[:2]]
    assert row["judged_by"] == job["judged_by"]
    deciding = {each["node_id"] for each in answer["reports"] if each["decides"]}
    return job["verdict"], job["judged_by"], deciding


def test_a_loop_that_was_closed_is_a_pass(client: ComfyClient):
    run = client.run(read_example("close_a_loop"))
    before, closed, after = (run.report(node) for node in "234")
    assert (before["verdict"], closed["verdict"], after["verdict"]) == ("FAIL", "PASS", "PASS")
    assert closed["score"] == after["score"] > before["score"]
    done = next(each for each in closed["measurements"] if each["name"] == "closing")
    assert done["details"]["score_before"] == pytest.approx(before["score"], abs=0.01)
    verdict, rule, deciding = verdict_of(client, run)
    assert (verdict, rule) == ("PASS", "kept")
    assert deciding == {"3"}
    job = job_of(client, run.prompt_id)["job"]
    assert job["score"] == closed["score"]


def test_three_good_pictures_of_eight_are_a_pass_on_a_cached_run_too(client: ComfyClient):
    prompt = small("best_of_8", seed=4)
    first, again = client.run(prompt), client.run(prompt)
    assert first.report("5")["verdict"] == "FAIL"
    assert again.cached("6")
    for run in (first, again):
        ((kept,),) = run.outputs["6"]["anime_kept"]
        assert (kept["verdict"], kept["frames"]) == ("PASS", 3)
        assert run.outputs["6"]["anime_blocked"] == [1, 2, 4]
        assert verdict_of(client, run) == ("PASS", "kept", {"6"})
        (told,) = [each["report"] for each in job_of(client, run.prompt_id)["reports"]
                   if each["node_id"] == "6"]  # fmt: skip
        assert told == kept


def test_a_job_that_failed_has_no_verdict(client: ComfyClient):
    prompt = small("close_a_loop", seed=7)
    inputs = {"report": ["2", 0], "images": ["3", 0], "on_fail": "error"}
    prompt["20"] = {"class_type": "AnimeGate", "inputs": inputs}
    prompt["21"] = {"class_type": "PreviewImage", "inputs": {"images": ["20", 0]}}
    run = client.run(prompt, expect_success=False)
    assert run.error is not None
    assert verdict_of(client, run) == (None, None, set())
    answer = job_of(client, run.prompt_id)
    assert answer["job"]["state"] == "failed"
    assert answer["reports"], "what was measured before is there"


@pytest.mark.parametrize(
    ("fault", "subject", "deciding"),
    [({"drift": 1.0}, "character", {"4", "5"}), ({"seam_jump": 6.0}, "loop", {"5"})],
)
def test_a_clip_that_a_gate_stopped_is_a_fail(client: ComfyClient, fault, subject, deciding):
    run = client.run(small("check_a_clip", width=160, height=160, seed=9, **fault))
    report = run.report("4" if "drift" in fault else "5")
    assert (report["subject"], report["verdict"]) == (subject, "FAIL")
    assert "11" not in run.outputs, "nothing was saved"
    answer = job_of(client, run.prompt_id)
    assert answer["job"]["state"] == "completed"
    assert answer["artifacts"] == []
    assert 0 in run.outputs["7" if "drift" in fault else "8"]["anime_blocked"]
    verdict, rule, nodes = verdict_of(client, run)
    assert (verdict, rule) == ("FAIL", "kept")
    assert deciding <= nodes


def test_the_figures_of_all_jobs_add_up(client: ComfyClient):
    run = client.run(small("check_a_clip", width=160, height=160, seed=9))
    job_of(client, run.prompt_id)  # other tests of this module may run in another worker
    groups = client.get("/anime/stats", by="project")["groups"]
    assert groups
    for group in groups:
        parts = group["passed"] + group["failed"] + sum(group["not_judged"].values())
        assert parts == group["jobs"]
