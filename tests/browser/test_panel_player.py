"""The clip of a job is played in the panel, and its frames are sent to the canvas."""

import time
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from ..integration.client import ComfyClient
from .accessibility import serious_faults
from .conftest import in_the_classic_canvas
from .editor import Editor
from .panel import expect, open_job, open_panel
from .prompts import FRAMES, loop_prompt, run_job
from .test_snapshots import SIDE, loop_that_saves_nothing, overflow

pytestmark = in_the_classic_canvas
LOADERS = """() => app.graph.nodes.filter(({ type }) => type === "LoadImage")
    .map(({ widgets }) => widgets[0].value)"""


def card_of(editor: Editor, client: ComfyClient, job: str) -> Any:
    """The report of a job, with its player."""
    card = open_job(editor, client, job).get_by_role("article")
    expect(card.get_by_role("group", name="Player")).to_be_visible()
    return card


def number_of(card: Any) -> str:
    return str(card.locator(".anime-player-number").text_content())


@pytest.mark.parametrize("format", ["webp", "png", "webm"])
def test_a_saved_clip_is_played_and_a_curve_is_its_scrubber(
    editor: Editor, client: ComfyClient, format: str
):
    job = run_job(client, loop_prompt(f"player {format} {time.time_ns()}", format))
    card = card_of(editor, client, job)
    expect(card.locator(".anime-figure [role=img]")).to_be_visible()  # the worst frame, at rest
    card.get_by_role("button", name="Play", exact=True).click()
    picture = card.locator(".anime-player-picture")
    expect(picture).to_be_visible()
    expect(card.locator(".anime-figure")).to_be_hidden()
    numbers = {number_of(card) for _ in range(40) if not editor.page.wait_for_timeout(100)}
    assert len(numbers) > 6
    card.get_by_role("button", name="Pause").click()
    frame = number_of(card).partition(" ")[0]
    name = f"Frame {frame} of " if format != "png" else "Frame "
    expect(card.locator(".anime-figure").get_by_role("img", name=name)).to_be_visible()
    expect(picture).to_be_hidden()
    a_drag_over_the_curve_chooses_frames(editor, card)
    a_measurement_shows_its_curve(card)
    assert serious_faults(editor, ".anime-detail") == []
    assert overflow(open_panel(editor)) == []


def a_drag_over_the_curve_chooses_frames(editor: Editor, card: Any) -> None:
    slider = card.locator(".anime-curve")
    slider.scroll_into_view_if_needed()
    box, mouse = slider.bounding_box(), editor.page.mouse
    mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 30)
    mouse.down()
    chosen = []
    for share in (0.4, 0.6, 0.8):
        mouse.move(box["x"] + box["width"] * share, box["y"] + 30)
        chosen.append(int(slider.get_attribute("aria-valuenow")))
    mouse.up()
    assert chosen == sorted(set(chosen))
    assert number_of(card) == f"{chosen[-1]} / {FRAMES - 1}"


def a_measurement_shows_its_curve(card: Any) -> None:
    card.locator(".anime-everything summary").click()
    buttons = card.locator(".anime-everything th button")
    chooser = card.get_by_role("combobox")
    if chooser.count():
        name = buttons.last.text_content()
        buttons.last.click()
        shown = chooser.evaluate("(select) => select.selectedOptions[0].text")
        assert shown.startswith(name)
    else:
        assert buttons.count() == 1


def test_a_frame_is_sent_to_the_canvas_and_one_undo_takes_it_back(
    editor: Editor, client: ComfyClient
):
    job = run_job(client, loop_prompt(f"sent {time.time_ns()}", "webp"))
    card = card_of(editor, client, job)
    expect(card.get_by_text("Loading the frames")).to_have_count(0)  # nothing has asked for them
    before = editor.page.evaluate(LOADERS)
    nodes = editor.page.evaluate("() => app.graph.nodes.length")
    card.get_by_role("button", name="Send the frame to the canvas").click()
    expect(card.get_by_role("status").filter(has_text="Undo takes it back")).to_be_visible()
    (value,) = (each for each in editor.page.evaluate(LOADERS) if each not in before)
    folder, _, name = value.partition("/")
    assert folder == "anime"
    sent = client.fetch(f"/view?filename={name}&subfolder={folder}&type=input")
    assert Image.open(BytesIO(sent)).size == (128, 128)
    editor.picture("player-sent")
    editor.page.locator("#graph-canvas").focus()
    editor.page.keyboard.press("Control+z")
    editor.page.wait_for_function("(count) => app.graph.nodes.length === count", arg=nodes)
    assert editor.page.evaluate(LOADERS) == before


def test_a_loop_that_saved_nothing_is_played_from_its_small_frames(
    editor: Editor, client: ComfyClient
):
    job = run_job(client, loop_that_saves_nothing(f"unsaved player {time.time_ns()}"))
    card = card_of(editor, client, job)
    card.get_by_role("button", name="Play", exact=True).click()
    picture = card.locator(".anime-player-picture")
    expect(picture).to_be_visible()
    assert picture.evaluate("(canvas) => canvas.width") == 480
    numbers = {number_of(card) for _ in range(20) if not editor.page.wait_for_timeout(100)}
    assert len(numbers) > 3
    editor.picture("player-panel")
    card.get_by_role("button", name="Onion skin").click()
    mix = card.get_by_role("slider", name="First frame over the last")
    expect(mix).to_be_visible()
    editor.picture("player-panel-onion")
    slider = card.locator(".anime-curve")
    slider.click(position={"x": slider.bounding_box()["width"] * 0.55, "y": 30})
    frame = int(slider.get_attribute("aria-valuenow"))
    assert 3 < frame < 21  # none of the pictures that are stored one by one
    shown = card.get_by_role("img", name=f"Frame {frame}, stored with the report")
    expect(shown).to_be_visible()
    assert shown.evaluate("(canvas) => canvas.width") == 480 < SIDE
    card.get_by_role("button", name="Send the frame to the canvas").click()
    small = "It is small (480 × 480), because no file of the job shows it."
    expect(card.get_by_role("status").filter(has_text=small)).to_be_visible()
