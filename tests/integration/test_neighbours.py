"""Nodes of the pack among nodes that behave as those of other packs, in a real ComfyUI.

`neighbour_nodes` and `neighbour_hooks` stand for other packs; each node names the packs it stands
for. docs/compatibility.md says which versions were tried themselves.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from anime_production.models.node_ui import own_entries
from anime_production.tools.comfyui import PACK

from ..models.jobs.postgres import wait_until
from .client import ComfyClient, Node, Prompt, RequestRefused
from .job_bench import JobPrompt
from .server import ComfyServer
from .test_examples import job_of

HERE = Path(__file__).resolve().parent
PACKS = ("hooks-before", "neighbour-nodes", "testing-nodes", "anime-production", "hooks-after")
BROKEN_SEAM = 8.0
THIRD_PASSES = "0 if a >= 12 else 8"


@pytest.fixture(scope="module")
def server(comfyui: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComfyServer]:
    """A ComfyUI that loads hooks of other packs before this pack and after it."""
    base = tmp_path_factory.mktemp("neighbours")
    hooks = HERE / "neighbour_hooks"
    places = {"ours": ("anime-production", PACK), "later": ("hooks-after", hooks)}
    config = base / "folders.yaml"
    for place, (name, pack) in places.items():  # ComfyUI loads its own folder first, then these
        (base / place).mkdir()
        (base / place / name).symlink_to(pack, target_is_directory=True)
    config.write_text("".join(f"{place}:\n  custom_nodes: {base / place}\n" for place in places))
    packs = {
        "hooks-before": hooks,
        "neighbour-nodes": HERE / "neighbour_nodes",
        "testing-nodes": HERE / "testing_nodes",
    }
    arguments = ["--cpu", "--extra-model-paths-config", str(config)]
    arguments += ["--whitelist-custom-nodes", *PACKS]
    with ComfyServer(comfyui, base, packs, arguments, {"ANIME_DATABASE_URL": None}) as running:
        yield running
    assert running.end_databases() == []
    assert "could not be recorded" not in running.log.read_text(errors="replace")


@pytest.fixture
def client(server: ComfyServer) -> ComfyClient:
    """A client of that server."""
    return ComfyClient(server)


class Shot(Prompt):
    """A prompt with a job and small clips."""

    def __init__(self) -> None:
        super().__init__()
        self.add("AnimeJob", project="neighbours")

    def clip(self, **inputs: Any) -> Node:
        """Add a clip that closes, unless the inputs say otherwise."""
        return self.add("AnimeSampleClip", width=96, height=96, frames=12, period=12, **inputs)

    def score(self, images: list[Any]) -> Node:
        """Add a score of a loop."""
        return self.add("AnimeLoopScore", images=images, fps=12.0)

    def retry(self, seed: Any, fault: str = THIRD_PASSES) -> Node:
        """Add a Retry Start, a clip with a fault that depends on the seed, and a Retry End."""
        start = self.add("AnimeRetryStart", seed=seed)
        jump = self.add("ComfyMathExpression", expression=fault, **{"values.a": start.out()})
        clip = self.clip(seed=5, seam_jump=jump.out())
        score = self.score(clip.out())
        return self.add("AnimeRetryEnd", report=score.out(), slot_1=clip.out(), attempts=4)


def attempts(report: dict[str, Any]) -> list[tuple[int, str]]:
    """Seed and verdict of each attempt of a Retry End's report."""
    tried = report["measurements"][-1]["details"]["attempts"]
    return [(each["seed"], each["report"]["verdict"]) for each in tried]


# --- switches: rgthree-comfy, Impact Pack, Crystools, Easy-Use ---


def test_a_report_and_pictures_go_through_every_switch(client):
    shot = Shot()
    good, bad = shot.clip(seed=1), shot.clip(seed=2, seam_jump=BROKEN_SEAM)
    first, second = shot.score(bad.out()), shot.score(good.out())
    any_of = shot.add("NeighbourFirst", any_07=second.out())
    chosen = shot.add("NeighbourChoice", select=2, input1=first.out(), input2=any_of.out())
    gate = shot.add("AnimeGate", report=chosen.out(), images=good.out())
    passed = shot.add(
        "NeighbourIfElse", condition=gate.out(2), on_true=gate.out(0), on_false=bad.out()
    )
    preview = shot.add("PreviewImage", images=passed.out())
    run = client.run(shot)
    assert len(run.outputs[preview]["images"]) == 12
    assert run.report(second)["verdict"] == "PASS"
    assert job_of(client, run.prompt_id)["job"]["state"] == "completed"


def test_a_branch_that_a_lazy_switch_leaves_out_is_not_scored(client):
    shot = Shot()
    good, bad = shot.clip(seed=3), shot.clip(seed=4, seam_jump=BROKEN_SEAM)
    other = shot.add("ImageScaleBy", image=bad.out(), upscale_method="bicubic", scale_by=2.0)
    chosen = shot.add("NeighbourIfElse", condition=True, on_true=good.out(), on_false=other.out())
    shot.add("PreviewImage", images=chosen.out())
    run = client.run(shot)
    assert not run.ran(other)
    assert not run.ran(bad)


def test_a_retry_takes_its_report_from_a_switch(client):
    shot = Shot()
    end = shot.retry(10)
    report, clip = (shot[end]["inputs"][name] for name in ("report", "slot_1"))
    switched = shot.add("NeighbourFirst", any_01=clip)
    chosen = shot.add("NeighbourChoice", select=1, input1=report)
    shot[end]["inputs"].update(report=chosen.out(), slot_1=switched.out())
    run = client.run(shot)
    assert attempts(run.report(end)) == [(10, "FAIL"), (11, "FAIL"), (12, "PASS")]
    assert job_of(client, run.prompt_id)["job"]["verdict"] == "PASS"


# --- lists: Impact Pack, Crystools, KJNodes, Easy-Use ---


def test_a_list_of_clips_is_scored_and_gated_one_by_one(client):
    shot = Shot()
    clips = [shot.clip(seed=5), shot.clip(seed=6, seam_jump=BROKEN_SEAM)]
    together = shot.add("NeighbourList", value1=clips[0].out(), value2=clips[1].out())
    score = shot.score(together.out())
    gate = shot.add("AnimeGate", report=score.out(), images=together.out())
    count = shot.add("NeighbourTogether", values=score.out())
    preview = shot.add("PreviewImage", images=gate.out(0))
    run = client.run(shot)
    verdicts = [each["verdict"] for each in own_entries(run.outputs[score], "anime_report")]
    assert verdicts == ["PASS", "FAIL"]
    assert run.outputs[count]["text"] == ["2 Report"]
    assert len(run.outputs[preview]["images"]) == 12
    assert len(job_of(client, run.prompt_id)["reports"]) == 2


# --- displays and cleaners: rgthree-comfy, Crystools, Easy-Use, KJNodes ---


def test_a_cleaner_between_the_nodes_changes_nothing(client):
    shot = Shot()
    clip = shot.clip(seed=7)
    cleaned = shot.add("NeighbourClean", anything=clip.out())
    score = shot.score(cleaned.out())
    report = shot.add("NeighbourClean", anything=score.out())
    gate = shot.add("AnimeGate", report=report.out(), images=clip.out())
    show = shot.add("NeighbourShow", source=gate.out(3))
    run, again = client.run(shot), client.run(shot)
    for each in (run, again):
        assert each.report(score)["verdict"] == "PASS"
        assert "PASS" in each.outputs[show]["text"][0]
        assert job_of(client, each.prompt_id)["job"]["verdict"] == "PASS"


# --- loops that copy their body: Easy-Use ---


def looped(shot: Shot, total: int) -> tuple[Node, Node]:
    """Begin a loop with an empty value."""
    none = shot.add("PrimitiveInt", value=0)
    start = shot.add("NeighbourLoopStart", total=total, value=none.out())
    return start, none


def test_a_job_in_a_loop_has_the_files_and_reports_of_every_iteration(client):
    shot = Shot()
    start, _ = looped(shot, 3)
    clip = shot.clip(seed=start.out(1))
    still = shot.add("AnimeStillQuality", images=clip.out())
    shot.add("AnimeJobSave", job=["1", 0], images=clip.out(), report=still.out(), format="webp")
    end = shot.add("NeighbourLoopEnd", flow=start.out(), value=still.out())
    gate = shot.add("AnimeGate", report=end.out())
    shot.add("NeighbourShow", source=gate.out(2))
    run = client.run(shot)
    answer = job_of(client, run.prompt_id)
    assert answer["job"]["verdict"] == "PASS"
    assert len(answer["artifacts"]) == 3
    assert len(answer["reports"]) == 3
    reports = [node for node, output in run.outputs.items() if "anime_report" in output]
    assert {run.history["meta"][node]["display_node"] for node in reports} == {still}


def test_a_retry_in_a_loop_is_judged_by_its_last_attempts(client):
    shot = Shot()
    start, _ = looped(shot, 2)
    end = shot.retry(start.out(1), "0 if a >= 2 else 8")
    last = shot.add("NeighbourLoopEnd", flow=start.out(), value=end.out())
    shot.add("PreviewImage", images=last.out())
    run = client.run(shot)
    finals = [
        attempts(own_entries(output, "anime_report")[0])
        for node, output in run.outputs.items()
        if "anime_report" in output
        and run.history["meta"][node]["display_node"] == end
        and "attempt" not in node.rpartition(".")[0]
    ]
    assert sorted(finals) == [[(0, "FAIL"), (1, "FAIL"), (2, "PASS")], [(1, "FAIL"), (2, "PASS")]]
    answer = job_of(client, run.prompt_id)
    assert answer["job"]["verdict"] == "PASS", "No failed attempt counts."
    assert {each["report"]["verdict"] for each in answer["reports"]} == {"PASS"}


def test_a_loop_in_a_retry_runs_again_for_each_attempt(client):
    shot = Shot()
    end = shot.retry(10)
    clip = shot[end]["inputs"]["slot_1"]
    start = shot.add("NeighbourLoopStart", total=2, value=clip)
    same = shot.add("ImageScaleBy", image=start.out(2), upscale_method="nearest-exact", scale_by=1)
    last = shot.add("NeighbourLoopEnd", flow=start.out(), value=same.out())
    score = shot.score(last.out())
    shot[end]["inputs"].update(report=score.out(), slot_1=last.out())
    del shot[str(int(end) - 1)]  # the score of the clip itself
    run = client.run(shot)
    assert attempts(run.report(end)) == [(10, "FAIL"), (11, "FAIL"), (12, "PASS")]
    assert job_of(client, run.prompt_id)["job"]["verdict"] == "PASS"


def test_a_gate_that_blocks_in_a_loop_ends_the_prompt_and_its_job(client):
    shot = Shot()
    start, _ = looped(shot, 3)
    clip = shot.clip(seed=start.out(1), seam_jump=BROKEN_SEAM)
    score = shot.score(clip.out())
    gate = shot.add("AnimeGate", report=score.out(), images=clip.out())
    end = shot.add("NeighbourLoopEnd", flow=start.out(), value=gate.out())
    shot.add("PreviewImage", images=end.out())
    run = client.run(shot)
    job = job_of(client, run.prompt_id)["job"]
    assert (job["state"], job["verdict"]) == ("completed", "FAIL")


# --- inputs that are declared in unusual ways: KJNodes, rgthree-comfy, old packs ---


def test_a_job_with_oddly_declared_nodes_is_run_again(client):
    shot = Shot()
    clip = shot.clip(seed=9)
    any_of = shot.add("NeighbourFirst", any_01=clip.out(), lora_1={"on": True, "lora": "a"})
    choice = shot.add("NeighbourChoice", select=1, input1=any_of.out())
    shot.score(choice.out())
    odd = shot.add("NeighbourOdd", text="x", mode="a", size="s", more={"__value__": [1, 2, 3]})
    shot.add("NeighbourShow", source=odd.out())
    shot.add("NeighbourShow", source=shot.add("NeighbourUnreadable", mode="a").out())
    run = client.run(shot)
    job = job_of(client, run.prompt_id)["job"]
    answer = client.post(f"/anime/jobs/{job['id']}/reproduce", {})
    assert answer["differences"] == []
    wait_until(lambda: client.history(answer["prompt_id"]) is not None)
    assert job_of(client, answer["prompt_id"])["job"]["state"] == "completed"


# --- hooks before and after the pack's: Lora-Manager, Crystools, Majoor, Impact Pack, KJNodes ---


def test_every_prompt_is_one_job_among_the_hooks_of_other_packs(client, jobs):
    calls = shown_calls(client)
    good, bad = JobPrompt(seed=1), JobPrompt(seed=2, fails=True)
    ended = client.run(good), client.run(bad, expect_success=False)
    ends = [["completed"], ["failed"]]
    wait_until(lambda: [jobs.of_prompt(each.prompt_id) for each in ended] == ends)
    blocker = client.submit(JobPrompt(seconds=60.0, seed=3))
    waiting = client.submit(JobPrompt(seed=4))
    wait_until(lambda: jobs.of_prompt(blocker) == ["in_progress"])
    client.post("/queue", {"delete": [waiting]})
    client.post("/interrupt", {"prompt_id": blocker})
    wait_until(lambda: jobs.of_prompt(waiting) == jobs.of_prompt(blocker) == ["cancelled"])
    after = shown_calls(client)
    for copy in ("hooks-before", "hooks-after"):
        new = {name: after[f"{copy} {name}"] - calls.get(f"{copy} {name}", 0) for name in NAMES}
        assert new["put"] % 5 == 0, "four jobs and the look"
        assert new["task_done"] % 4 == 0, "one was taken out of the queue"
        assert new["ends"] == 4
        assert min(new.values()) > 0, new


NAMES = ("put", "task_done", "add_message", "send_sync", "values", "nodes", "stored", "ends")


def shown_calls(client: ComfyClient) -> dict[str, int]:
    """Count the calls of the foreign hooks so far."""
    prompt = Prompt()
    calls = prompt.add("NeighbourCalls", seed=shown_calls.__dict__.setdefault("seed", 0))
    shown_calls.__dict__["seed"] += 1
    counted: dict[str, int] = client.run(prompt).outputs[calls]["calls"][0]
    return counted


def test_a_refused_prompt_is_a_failed_job_of_its_client(client, jobs):
    prompt = JobPrompt(seed=5)
    prompt[prompt.wait]["class_type"] = "NoSuchNode"
    workflow = {"id": "w", "nodes": []}
    extra = {"extra_pnginfo": {"workflow": workflow}}
    with pytest.raises(RequestRefused):
        client.submit(prompt, client_id="maker", extra_data=extra)
    query = "SELECT state, client_id, source FROM anime.jobs WHERE client_id = 'maker'"
    wait_until(lambda: jobs.rows(query) == [("failed", "maker", "editor")])


def test_the_pack_answers_its_routes_among_foreign_middlewares(client):
    health = client.get("/anime/health")
    assert health["components"]["database"]["status"] == "ok"
    client.post("/anime/tracking", {"tracking": "jobs"})
