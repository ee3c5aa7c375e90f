"""The detail of a job in the sidebar, and what can be done there."""

import time
from pathlib import Path
from typing import Any

import numpy
import pytest
from PIL import Image, ImageSequence

from ..integration.client import ComfyClient, RequestRefused
from .conftest import in_the_classic_canvas
from .editor import Editor, example
from .panel import (
    HOSTILE,
    cancel_dialog,
    confirm_dialog,
    count_open_workflows,
    expect,
    open_job,
    open_panel,
)
from .places import NODES, NODES_2, overlapping, settled
from .prompts import FPS, FRAMES, SEED, loop_prompt, run_job


def test_a_job_is_looked_at_down_to_its_worst_frame(editor: Editor, client: ComfyClient):
    names: dict[str, Any] = {name: HOSTILE for name in ("episode", "scene", "character", "tags")}
    job = run_job(client, loop_prompt(f"{HOSTILE} {time.time_ns()}", **names))
    detail = open_job(editor, client, job)
    answer = client.get(f"/anime/jobs/{job}")
    its_names_and_its_report_are_shown(detail, answer)
    the_worst_frame_is_shown_and_those_beside_it(detail, answer, client.server.base)
    how_it_was_made_is_told(detail, answer)
    assert editor.page.evaluate("() => window.hacked") is None

    a_video_stands_at_its_worst_frame(editor, client)
    of_stills_that_are_gone_it_is_said(editor, client)


def its_names_and_its_report_are_shown(detail: Any, answer: Any) -> None:
    expect(detail.locator(".anime-title")).to_contain_text(HOSTILE)
    expect(detail.locator(".anime-tag")).to_have_text(HOSTILE)
    expect(detail.locator(".anime-status")).to_contain_text("Done")
    expect(detail.locator(".anime-status")).to_contain_text("FAIL")
    article = detail.get_by_role("article")
    expect(article).to_have_count(1)
    report = answer["reports"][0]["report"]
    expect(article).to_contain_text(f"{round(report['score'])} / 100")
    expect(article).to_contain_text(report["measurements"][0]["reason"])
    expect(article.locator(".anime-curve canvas")).to_have_count(1)


def the_worst_frame_is_shown_and_those_beside_it(detail: Any, answer: Any, base: Path) -> None:
    """It is the animation's own, and the arrow keys go on from it."""
    worst = answer["reports"][0]["report"]["worst"]["frame"]
    (file,) = answer["artifacts"]
    name = file["path"].rpartition("/")[2]
    kept = frames_of(base / "output" / file["path"])
    article = detail.get_by_role("article")
    assert_shown(article.get_by_role("img", name=f"Frame {worst} of {name}"), kept[worst])
    article.get_by_role("slider").press("ArrowLeft")
    article.get_by_role("slider").press("ArrowLeft")  # each drawing is held for two frames
    assert_shown(article.get_by_role("img", name=f"Frame {worst - 2} of {name}"), kept[worst - 2])
    assert numpy.abs(kept[worst] - kept[worst - 2]).max() > 30  # they are different drawings
    expect(detail.get_by_role("link", name=f"Open {name} in a new tab")).to_be_visible()


def how_it_was_made_is_told(detail: Any, answer: Any) -> None:
    detail.get_by_text("Made with").click()
    expect(detail.locator("dl").filter(has_text="AnimeSampleClip")).to_contain_text(str(SEED))
    detail.get_by_text("What happened").click()
    expect(detail.locator(".anime-timeline li").last).to_contain_text("Done")
    article = detail.get_by_role("article")
    article.get_by_text("All ").click()
    measurements = answer["reports"][0]["report"]["measurements"]
    expect(article.locator("tbody tr")).to_have_count(len(measurements))


def a_video_stands_at_its_worst_frame(editor: Editor, client: ComfyClient) -> None:
    video = run_job(client, loop_prompt(f"mp4 {time.time_ns()}", "mp4"))
    worst = client.get(f"/anime/jobs/{video}")["reports"][0]["report"]["worst"]["frame"]
    shown = open_job(editor, client, video).locator("figure video")
    expect(shown).to_be_visible()
    assert shown.evaluate("video => video.currentTime") == pytest.approx((worst + 0.5) / FPS, 0.01)


def of_stills_that_are_gone_it_is_said(editor: Editor, client: ComfyClient) -> None:
    """Small pictures and the flipbook stand in for their files, and the list says what is gone."""
    stills = run_job(client, loop_prompt(f"png {time.time_ns()}", "png"))
    answer = client.get(f"/anime/jobs/{stills}")
    (found,) = answer["reports"]
    worst = found["report"]["worst"]["frame"]
    stored = {each["frame"] for each in found["snapshots"]}
    pictured = set(range(FRAMES)) - stored
    unstored = min(pictured, key=lambda frame: abs(frame - worst))
    for frame in (worst, unstored):
        (client.server.base / "output" / answer["artifacts"][frame]["path"]).unlink()
    detail = open_job(editor, client, stills)
    expect(detail.get_by_role("img", name=f"Frame {worst}, stored with the report")).to_be_visible()
    slider = detail.locator(".anime-curve")
    for _ in range(abs(unstored - worst)):
        slider.press("ArrowLeft" if unstored < worst else "ArrowRight")
    shown = detail.get_by_role("img", name=f"Frame {unstored}, stored with the report")
    expect(shown).to_be_visible()  # from the loop's small frames
    detail.get_by_role("button", name="Play", exact=True).click()  # they are played too
    expect(detail.locator(".anime-player-picture")).to_be_visible()
    detail.get_by_role("button", name="Pause").click()
    detail.get_by_role("button", name=f"Show all {FRAMES} files").click()
    expect(detail.locator(".anime-file")).to_have_count(FRAMES)
    for frame in (worst, unstored):
        file = detail.locator(".anime-file").nth(frame)
        expect(file).to_contain_text("The file no longer exists.")
    slider.press("ArrowLeft" if unstored < worst else "ArrowRight")
    expect(detail.locator("figure").locator("img, canvas")).to_be_visible()
    editor.errors.clear()  # the browser says every 404


def frames_of(path: Path) -> list[numpy.ndarray]:
    """The frames of an animation, each as often as it is shown."""
    with Image.open(path) as file:
        frames = []
        for each in ImageSequence.Iterator(file):
            picture = numpy.asarray(each.convert("RGB"), dtype=int)
            frames += [picture] * round(each.info["duration"] * FPS / 1000)
    return frames


def assert_shown(canvas: Any, picture: numpy.ndarray) -> None:
    """Check that a canvas shows this picture."""
    expect(canvas).to_be_visible()
    pixels = canvas.evaluate(
        """canvas => [...canvas.getContext("2d").getImageData(
            0, 0, canvas.width, canvas.height).data]"""
    )
    shown = numpy.array(pixels).reshape(*picture.shape[:2], 4)[..., :3]
    assert numpy.abs(shown - picture).mean() < 1  # of 255: two readers of one file


@in_the_classic_canvas
def test_a_job_is_judged_opened_in_a_tab_and_deleted(editor: Editor, client: ComfyClient):
    workflow = example("remember_a_shot")
    prompt = loop_prompt(f"judged {time.time_ns()}")
    job = run_job(client, prompt, extra_pnginfo={"workflow": workflow})
    bare = run_job(client, loop_prompt(f"graph {time.time_ns()}"))
    detail = open_job(editor, client, job)
    each_judgement_is_remembered(detail, client, job)
    assert editor.page.evaluate("() => window.hacked") is None
    its_workflow_opens_in_a_tab_each_time(editor, detail, workflow)
    it_is_deleted_with_its_files_after_a_question(editor, client, detail, job)

    detail = open_job(editor, client, bare)
    without_a_workflow_only_the_nodes_are_opened(editor, detail, prompt)
    it_is_deleted_without_its_files(editor, client, detail, bare)

    gone = run_job(client, loop_prompt(f"gone {time.time_ns()}"))
    a_job_that_is_gone_is_said_to_be(editor, open_job(editor, client, gone), gone)


def each_judgement_is_remembered(detail: Any, client: ComfyClient, job: str) -> None:
    reason = detail.get_by_label("Your reason")
    for button, word in (("Approve", "Approved"), ("Reject", "Rejected")):
        reason.fill(f"{HOSTILE} {word}")
        detail.get_by_role("button", name=button).click()
        newest = detail.locator(".anime-reviews li").first
        expect(newest).to_contain_text(f"{HOSTILE} {word}")
        expect(newest.locator("strong")).to_contain_text(word)
        expect(reason).to_have_value("")
        expect(detail.locator(".anime-status")).to_contain_text(word)
    reviews = client.get(f"/anime/jobs/{job}")["reviews"]
    assert [each["verdict"] for each in reviews] == ["rejected", "approved"]


def its_workflow_opens_in_a_tab_each_time(
    editor: Editor, detail: Any, workflow: dict[str, Any]
) -> None:
    before = count_open_workflows(editor)
    detail.get_by_role("button", name="Open workflow").click()
    expect(detail.get_by_role("status").first).to_contain_text("a tab of its own")
    assert types(editor) == sorted(each["type"] for each in workflow["nodes"])
    # What was done there stays, however often it is opened.
    editor.page.evaluate("() => app.graph.clear()")
    detail.get_by_role("button", name="Open workflow").click()
    editor.page.wait_for_function("() => app.graph.nodes.length > 0")
    assert count_open_workflows(editor) == before + 2


def without_a_workflow_only_the_nodes_are_opened(
    editor: Editor, detail: Any, prompt: dict[str, Any]
) -> None:
    before = count_open_workflows(editor)
    detail.get_by_role("button", name="Open workflow").click()
    expect(detail.get_by_role("status").first).to_contain_text("Only the nodes")
    assert types(editor) == sorted(each["class_type"] for each in prompt.values())
    assert count_open_workflows(editor) == before + 1
    every_node_is_in_view_and_none_over_another(editor)


def every_node_is_in_view_and_none_over_another(editor: Editor) -> None:
    nodes = NODES_2 if editor.page.evaluate("() => LiteGraph.vueNodesMode") else NODES
    boxes = settled(editor, nodes)
    assert overlapping(boxes) == []
    scale, (x, y) = editor.page.evaluate("() => [app.canvas.ds.scale, [...app.canvas.ds.offset]]")
    assert 0.8 <= scale <= 1
    panel = editor.page.locator(".anime-panel").bounding_box()
    window = editor.page.viewport_size
    for box in boxes:
        assert panel["x"] + panel["width"] <= (box.left + x) * scale, box
        assert (box.right + x) * scale <= window["width"], box
        assert 0 < (box.top + y) * scale < (box.bottom + y) * scale <= window["height"], box


def types(editor: Editor) -> list[str]:
    """The types of the nodes on the canvas."""
    shown: list[str] = editor.page.evaluate("() => app.graph.nodes.map(each => each.type)")
    return sorted(shown)


def it_is_deleted_with_its_files_after_a_question(
    editor: Editor, client: ComfyClient, detail: Any, job: str
) -> None:
    (file,) = client.get(f"/anime/jobs/{job}")["artifacts"]
    path = client.server.base / "output" / file["path"]
    detail.get_by_role("button", name="Delete job and files").click()
    cancel_dialog(editor)
    expect(detail.locator(".anime-title")).to_be_visible()
    assert path.exists()
    detail.get_by_role("button", name="Delete job and files").click()
    expect(editor.page.get_by_role("dialog")).to_contain_text(file["path"])
    confirm_dialog(editor)
    expect(editor.page.get_by_role("listbox")).to_be_visible()  # back among the jobs
    assert not path.exists()
    with pytest.raises(RequestRefused, match="unknown_job"):
        client.get(f"/anime/jobs/{job}")


def it_is_deleted_without_its_files(
    editor: Editor, client: ComfyClient, detail: Any, job: str
) -> None:
    (file,) = client.get(f"/anime/jobs/{job}")["artifacts"]
    detail.get_by_role("button", name="Delete job", exact=True).click()
    confirm_dialog(editor)
    expect(editor.page.get_by_role("listbox")).to_be_visible()
    with pytest.raises(RequestRefused, match="unknown_job"):
        client.get(f"/anime/jobs/{job}")
    assert (client.server.base / "output" / file["path"]).exists()


def a_job_that_is_gone_is_said_to_be(editor: Editor, detail: Any, job: str) -> None:
    assert editor.page.request.delete(f"{editor.address}anime/jobs/{job}").ok
    detail.get_by_role("button", name="Reproduce").click()
    expect(detail.get_by_role("alert")).to_contain_text("There is no job")
    editor.errors.clear()  # the browser says every 404
    detail.get_by_role("button", name="Back").click()
    expect(open_panel(editor).get_by_role("listbox")).to_be_visible()
