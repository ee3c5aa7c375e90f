"""The detail of a job in the sidebar, and what can be done there."""

import re
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy
import pytest
from PIL import Image, ImageSequence

from ..integration.client import ComfyClient, Prompt, RequestRefused
from ..integration.server import ComfyServer
from .editor import Editor, Mode, example
from .panel import HOSTILE, expect, open_job, open_panel, open_tabs, say_no, say_yes

FRAMES, FPS, SEED = 24, 12, 21
SLOW_NODES = 60  # clips that are drawn one after the other


def loop_prompt(shot: str, format: str = "webp", **names: str) -> Prompt:
    """A loop that jumps at its seam, saved and remembered."""
    prompt = Prompt()
    clip = prompt.add(
        "AnimeSampleClip",
        **{"frames": FRAMES, "width": 128, "height": 128, "fps": 12.0, "period": FRAMES},
        **{"character": 2, "seed": SEED, "seam_jump": 6.0, "flicker": 0.0, "hold": 2},
        **{"blur": 0.0, "drift": 0.0},
    )
    score = prompt.add("AnimeLoopScore", images=clip.out(), fps=12.0, backend="structural")
    job = prompt.add("AnimeJob", **{"project": "detail", "scene": "", "shot": shot, **names})
    prompt.add(
        "AnimeJobSave",
        **{"job": job.out(), "images": clip.out(), "report": score.out(), "fps": 12.0},
        **{"filename": "detail/clip", "format": format},
    )
    return prompt


def slow_prompt(shot: str) -> Prompt:
    """A job that takes long and can be interrupted between its nodes."""
    prompt = Prompt()
    prompt.add("AnimeJob", project="detail", scene="", shot=shot)
    for seed in range(SLOW_NODES):
        clip = prompt.add(
            "AnimeSampleClip",
            **{"frames": 48, "width": 256, "height": 256, "fps": 12.0, "period": 48},
            **{"character": 2, "seed": time.time_ns() % 2**31 + seed, "seam_jump": 0.0},
            **{"flicker": 0.0, "hold": 1, "blur": 0.0, "drift": 0.0},
        )
        prompt.add("PreviewAny", source=clip.out(1))
    return prompt


@pytest.fixture
def client(editor_server: ComfyServer) -> ComfyClient:
    return ComfyClient(editor_server)


@pytest.fixture
def ran(client: ComfyClient) -> Callable[..., str]:
    """Runs a prompt of its own and returns its job's id."""

    def run(prompt: dict[str, Any], workflow: dict[str, Any] | None = None) -> str:
        extra = {} if workflow is None else {"extra_pnginfo": {"workflow": workflow}}
        prompt_id = client.submit(prompt, extra_data=extra)
        return await_job(client, prompt_id, "completed")

    return run


def await_job(client: ComfyClient, wanted: str, state: str, seconds: float = 90) -> str:
    """The id of a job once it is in this state."""
    deadline = time.monotonic() + seconds
    while True:
        with suppress(RequestRefused):  # the database may not have it yet
            job = client.get(f"/anime/jobs/{wanted}")["job"]
            if job["state"] == state:
                return str(job["id"])
        assert time.monotonic() < deadline, f"{wanted} doesn't become {state}"
        time.sleep(0.1)


def classic(test: Any) -> Any:
    """What doesn't touch the canvas is the same in both."""
    return pytest.mark.parametrize("mode", [Mode.CLASSIC], indirect=True)(test)


def test_a_job_shows_what_was_measured_and_the_frame_to_look_at(editor: Editor, client, ran):
    names = {name: HOSTILE for name in ("episode", "scene", "character", "tags")}
    job = ran(loop_prompt(f"{HOSTILE} {time.time_ns()}", **names))
    detail = open_job(editor, client, job)

    expect(detail.locator(".anime-title")).to_contain_text(HOSTILE)
    expect(detail.locator(".anime-tag")).to_have_text(HOSTILE)
    expect(detail.locator(".anime-standing")).to_contain_text("Done")
    expect(detail.locator(".anime-standing")).to_contain_text("FAIL")
    report = detail.get_by_role("article")
    expect(report).to_have_count(1)
    told = client.get(f"/anime/jobs/{job}")["reports"][0]["report"]
    expect(report).to_contain_text(f"{round(told['score'])} / 100")
    expect(report).to_contain_text(told["measurements"][0]["reason"])
    expect(report.locator(".anime-curve canvas")).to_have_count(1)

    # The worst frame is the animation's own, and the arrow keys go on from it.
    worst = told["worst"]["frame"]
    (file,) = client.get(f"/anime/jobs/{job}")["artifacts"]
    name = file["path"].rpartition("/")[2]
    frame = report.get_by_role("img", name=f"Frame {worst} of {name}")
    expect(frame).to_be_visible()
    kept = frames_of(client.server.base / "output" / file["path"])
    assert_shown(frame, kept[worst])
    report.get_by_role("slider").press("ArrowLeft")
    report.get_by_role("slider").press("ArrowLeft")  # each drawing is held for two frames
    frame = report.get_by_role("img", name=f"Frame {worst - 2} of {name}")
    expect(frame).to_be_visible()
    assert_shown(frame, kept[worst - 2])
    assert numpy.abs(kept[worst] - kept[worst - 2]).max() > 30  # they are different drawings

    expect(detail.get_by_role("link", name=f"Open {name} in a new tab")).to_be_visible()
    detail.get_by_text("Made with").click()
    expect(detail.locator("dl").filter(has_text="AnimeSampleClip")).to_contain_text(str(SEED))
    detail.get_by_text("What happened").click()
    expect(detail.locator(".anime-timeline li").last).to_contain_text("Done")
    report.get_by_text("All ").click()
    rows = report.locator("tbody tr")
    expect(rows).to_have_count(len(told["measurements"]))
    assert editor.page.evaluate("() => window.hacked") is None
    editor.picture("detail")


def frames_of(path: Path) -> list[numpy.ndarray]:
    """The frames of an animation, each as often as it is shown."""
    with Image.open(path) as file:
        found = []
        for each in ImageSequence.Iterator(file):
            picture = numpy.asarray(each.convert("RGB"), dtype=int)
            found += [picture] * round(each.info["duration"] * FPS / 1000)
    return found


def assert_shown(canvas: Any, picture: numpy.ndarray) -> None:
    """Check that a canvas shows this picture."""
    pixels = canvas.evaluate(
        """canvas => [...canvas.getContext("2d").getImageData(
            0, 0, canvas.width, canvas.height).data]"""
    )
    shown = numpy.array(pixels).reshape(*picture.shape[:2], 4)[..., :3]
    assert numpy.abs(shown - picture).mean() < 1  # of 255: two readers of one file


@classic
def test_stills_and_videos_show_their_frames_too_and_what_is_gone_is_said(
    editor: Editor, client, ran
):
    stills, video = (ran(loop_prompt(f"{each} {time.time_ns()}", each)) for each in ("png", "mp4"))
    worst = client.get(f"/anime/jobs/{video}")["reports"][0]["report"]["worst"]["frame"]

    detail = open_job(editor, client, video)
    shown = detail.locator("figure video")
    expect(shown).to_be_visible()
    assert shown.evaluate("video => video.currentTime") == pytest.approx((worst + 0.5) / FPS, 0.01)

    files = client.get(f"/anime/jobs/{stills}")["artifacts"]
    (client.server.base / "output" / files[worst]["path"]).unlink()
    detail = open_job(editor, client, stills)
    expect(detail.get_by_text("The file with this frame is gone.")).to_be_visible()
    detail.get_by_role("button", name=f"Show all {FRAMES} files").click()
    expect(detail.locator(".anime-file")).to_have_count(FRAMES)
    expect(detail.locator(".anime-file").nth(worst)).to_contain_text("The file is gone.")
    detail.get_by_role("slider").press("ArrowLeft")
    expect(detail.locator("figure img")).to_be_visible()
    editor.picture("stills")


@classic
def test_it_is_run_again_as_it_was_or_with_another_seed(editor: Editor, client, ran):
    job = ran(loop_prompt(f"again {time.time_ns()}"))
    detail = open_job(editor, client, job)
    seeds = []
    for button, said in (("Reproduce", "nothing differs"), ("Retry, new seed", "a new seed")):
        detail.get_by_role("button", name=button).click()
        expect(detail.get_by_role("status").first).to_contain_text(said)
        detail.get_by_role("button", name="Show the new job").click()
        # It is followed as it runs.
        expect(detail.locator(".anime-standing")).to_contain_text("Done")
        expect(detail.locator(".anime-facts").first).to_contain_text(f"Repeats job{job[:8]}")
        new = detail.locator("code").first.text_content()
        params = client.get(f"/anime/jobs/{new}/params")["params"]
        seeds += [each["number"] for each in params if each["kind"] == "seed"]
        detail.get_by_role("button", name=job[:8]).click()
        expect(detail.locator("code").first).to_have_text(job)
    assert seeds[0] == SEED
    assert seeds[1] != SEED


@classic
def test_what_waits_or_runs_is_cancelled(editor: Editor, client):
    running, waiting = (
        client.submit(slow_prompt(f"{each} {time.time_ns()}")) for each in ("runs", "waits")
    )
    try:
        await_job(client, running, "in_progress")
        for prompt, said in ((waiting, "taken out of the queue"), (running, "interrupted")):
            detail = open_job(editor, client, prompt)
            delete = detail.get_by_role("button", name="Delete job", exact=True)
            expect(delete).to_have_attribute("title", "It hasn't ended; cancel it first.")
            cancel = detail.get_by_role("button", name="Cancel")
            expect(cancel).to_have_attribute("aria-disabled", "false")
            cancel.click()
            expect(detail.get_by_role("status").first).to_contain_text(said)
            expect(detail.locator(".anime-standing")).to_contain_text("Cancelled")
            expect(cancel).to_have_attribute("aria-disabled", "true")
            expect(cancel).to_have_accessible_description(re.compile("has ended"))
    finally:
        client.post("/queue", {"clear": True})
        client.post("/interrupt", {})


@classic
def test_a_judgement_is_remembered_and_a_job_is_deleted_after_a_question(
    editor: Editor, client, ran
):
    job = ran(loop_prompt(f"judged {time.time_ns()}"))
    (file,) = client.get(f"/anime/jobs/{job}")["artifacts"]
    path = client.server.base / "output" / file["path"]
    detail = open_job(editor, client, job)
    reason = detail.get_by_label("Your reason")
    for button, word in (("Approve", "Approved"), ("Reject", "Rejected")):
        reason.fill(f"{HOSTILE} {word}")
        detail.get_by_role("button", name=button).click()
        newest = detail.locator(".anime-reviews li").first
        expect(newest).to_contain_text(f"{HOSTILE} {word}")
        expect(newest.locator("strong")).to_contain_text(word)
        expect(reason).to_have_value("")
        expect(detail.locator(".anime-standing")).to_contain_text(word)
    assert [each["verdict"] for each in client.get(f"/anime/jobs/{job}")["reviews"]] == [
        "rejected", "approved",
    ]  # fmt: skip
    assert editor.page.evaluate("() => window.hacked") is None
    editor.picture("judged")

    detail.get_by_role("button", name="Delete job and files").click()
    say_no(editor)
    expect(detail.locator(".anime-title")).to_be_visible()
    assert path.exists()
    detail.get_by_role("button", name="Delete job and files").click()
    expect(editor.page.get_by_role("dialog")).to_contain_text(file["path"])
    editor.picture("delete")
    say_yes(editor)
    expect(editor.page.get_by_role("listbox")).to_be_visible()  # back among the jobs
    assert not path.exists()
    with pytest.raises(RequestRefused, match="unknown_job"):
        client.get(f"/anime/jobs/{job}")

    kept = ran(loop_prompt(f"kept {time.time_ns()}"))
    (file,) = client.get(f"/anime/jobs/{kept}")["artifacts"]
    detail = open_job(editor, client, kept)
    detail.get_by_role("button", name="Delete job", exact=True).click()
    say_yes(editor)
    expect(editor.page.get_by_role("listbox")).to_be_visible()
    assert (client.server.base / "output" / file["path"]).exists()


@classic
def test_its_workflow_opens_in_a_tab_of_its_own(editor: Editor, client, ran):
    workflow = example("remember_a_shot")
    prompt = loop_prompt(f"opened {time.time_ns()}")
    with_workflow, without = ran(prompt, workflow), ran(loop_prompt(f"graph {time.time_ns()}"))
    before = open_tabs(editor)

    detail = open_job(editor, client, with_workflow)
    detail.get_by_role("button", name="Open workflow").click()
    expect(detail.get_by_role("status").first).to_contain_text("a tab of its own")
    assert types(editor) == sorted(each["type"] for each in workflow["nodes"])
    # What was done there stays, however often it is opened.
    editor.page.evaluate("() => app.graph.clear()")
    detail.get_by_role("button", name="Open workflow").click()
    editor.page.wait_for_function("() => app.graph.nodes.length > 0")
    assert open_tabs(editor) == before + 2

    detail = open_job(editor, client, without)
    detail.get_by_role("button", name="Open workflow").click()
    expect(detail.get_by_role("status").first).to_contain_text("Only the nodes")
    assert types(editor) == sorted(each["class_type"] for each in prompt.values())
    assert open_tabs(editor) == before + 3
    editor.picture("workflow")


def types(editor: Editor) -> list[str]:
    """The types of the nodes on the canvas."""
    found: list[str] = editor.page.evaluate("() => app.graph.nodes.map(each => each.type)")
    return sorted(found)


@classic
def test_a_job_that_is_gone_is_said_to_be(editor: Editor, client, ran):
    job = ran(loop_prompt(f"gone {time.time_ns()}"))
    detail = open_job(editor, client, job)
    assert editor.page.request.delete(f"{editor.address}anime/jobs/{job}").ok
    detail.get_by_role("button", name="Reproduce").click()
    expect(detail.get_by_role("alert")).to_contain_text("There is no job")
    editor.errors.clear()  # the browser says every 404
    detail.get_by_role("button", name="Back").click()
    expect(open_panel(editor).get_by_role("listbox")).to_be_visible()
