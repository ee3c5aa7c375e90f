"""Picking by eye inside a run, in the real editor: eight seeds, picked, saved, found again."""

import time
from collections.abc import Iterator

import pytest

from ..integration.client import ComfyClient, Prompt
from .accessibility import serious_faults
from .editor import Editor
from .eight_seeds import BLURRED, SEEDS, eight_seeds
from .panel import expect, open_job

ASKED = ".anime-asking"
PICTURES_LOADED = """() => [...document.querySelectorAll(".anime-asking img")]
    .every((image) => image.complete && image.naturalWidth > 0)"""


@pytest.fixture(autouse=True)
def nothing_waits_afterwards(client: ComfyClient) -> Iterator[None]:
    """End what waits, if a test fails."""
    yield
    client.post("/interrupt", {})


def ask(editor: Editor, **gate: object) -> tuple[str, str]:
    """Run a prompt whose gate asks; return the prompt's id and the job's shot."""
    shot = f"eight {time.time_ns()}"
    return ask_with(editor, eight_seeds(shot, ask="always", **gate)), shot


def ask_with(editor: Editor, prompt: Prompt) -> str:
    """Run a prompt whose gate asks; return its id when its pictures are displayed."""
    editor.load_prompt(prompt, "eight seeds")
    started = editor.press_run()
    editor.page.locator(ASKED).wait_for()
    editor.page.wait_for_function(PICTURES_LOADED)
    return started


def test_eight_seeds_are_picked_by_eye_saved_and_found_again(editor: Editor, client: ComfyClient):
    prompt, _ = ask(editor, ask_seconds=600)
    window = editor.page.locator(ASKED)
    pictures = window.locator(".anime-asking-picture")
    expect(pictures).to_have_count(SEEDS)
    expect(window.locator(".anime-asking-item").nth(BLURRED)).to_contain_text("✘")
    expect(window.locator(".anime-asking-clock")).to_contain_text("left")
    assert pictures.nth(0).locator("img").bounding_box()["height"] > 250
    assert serious_faults(editor, ASKED) == []
    editor.picture("asked")
    page = editor.page
    expect(pictures.nth(0)).to_be_focused()
    page.keyboard.press("Enter")  # nothing is picked yet, so nothing is sent
    expect(window.locator(".anime-asking-message")).to_contain_text("Press Enter again")
    page.keyboard.press("2")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("z")
    editor.picture("zoomed")
    page.keyboard.press("Escape")
    pictures.nth(5).click()
    window.get_by_placeholder("Your name").fill("Aoi")
    expect(window.locator(".anime-asking-picked")).to_have_count(2)
    editor.picture("picked")
    page.keyboard.press("Enter")
    editor.await_end(prompt)
    expect(window).to_have_count(0)
    detail = open_job(editor, client, prompt)
    reviews = detail.locator(".anime-reviews li")
    expect(reviews).to_have_count(1)
    expect(reviews).to_contain_text("Aoi")
    expect(reviews).to_contain_text("Picked by eye at the gate")
    expect(reviews).to_contain_text("2 of 8: frames 1, 5.")
    editor.picture("found")
    job = client.get(f"/anime/jobs/{prompt}")
    assert job["job"]["review"] == "approved"
    assert len([each for each in job["artifacts"] if each["kind"] == "image"]) == 2


def test_a_reloaded_page_shows_the_question_again_and_escape_lets_the_score_decide(
    editor: Editor, client: ComfyClient
):
    prompt, _ = ask(editor, ask_seconds=600)
    editor.page.keyboard.press("3")
    editor.await_draft()
    editor.open()
    window = editor.page.locator(ASKED)
    window.wait_for()
    expect(window.locator(".anime-asking-picked")).to_have_count(1)  # what was picked stays
    window.locator(".anime-asking-picture").first.focus()
    editor.page.keyboard.press("Escape")
    editor.await_condition(lambda: client.history(prompt))
    outputs = (client.history(prompt) or {})["outputs"].values()
    (gate,) = [each["anime_gate"][0][0] for each in outputs if "anime_gate" in each]
    assert gate["because"][0]["reason_code"] == "gate_ask_left"
    assert BLURRED not in gate["indices"]
    assert client.get(f"/anime/jobs/{prompt}")["reviews"] == []


def test_cancel_ends_the_wait_at_once_and_closes_the_window(editor: Editor, client: ComfyClient):
    prompt, _ = ask(editor, ask_seconds=600)
    running = client.get("/queue")["queue_running"]
    assert [each[1] for each in running] == [prompt]
    client.post("/interrupt", {"prompt_id": prompt})
    expect(editor.page.locator(ASKED)).to_have_count(0)
    editor.await_end(prompt)
    assert client.get("/anime/questions")["questions"] == []


def test_a_clip_is_played_in_the_question_about_it(editor: Editor, client: ComfyClient):
    prompt = Prompt()
    clip = prompt.add(
        "AnimeSampleClip",
        **{"frames": 24, "width": 320, "height": 180, "fps": 12.0, "period": 24, "character": 1},
        **{"seed": time.time_ns() % 2**40, "seam_jump": 0.0, "flicker": 0.0, "hold": 2},
        **{"blur": 0.0, "drift": 0.0},
    )
    score = prompt.add("AnimeLoopScore", images=clip.out(), fps=clip.out(1))
    gate = {"on_fail": "block", "on_not_measured": "reject", "level": "batch", "ask": "always"}
    gated = prompt.add("AnimeGate", report=score.out(), images=clip.out(), **gate)
    prompt.add("PreviewImage", images=gated.out())
    started = ask_with(editor, prompt)
    window = editor.page.locator(ASKED)
    player = window.get_by_role("group", name="Player")
    expect(player.get_by_role("button", name="Pause")).to_be_visible()
    frame = player.get_by_role("slider", name="Frame", exact=True)
    displayed = {frame.input_value() for _ in range(20) if not editor.page.wait_for_timeout(60)}
    assert len(displayed) > 3
    assert serious_faults(editor, ASKED) == []
    picture = window.locator(".anime-asking-picture img").first
    assert picture.bounding_box()["height"] < player.locator("canvas").bounding_box()["height"] / 3
    editor.picture("asked-about-a-clip")
    player.press("ArrowRight")  # it is none of the window's keys here
    expect(player.get_by_role("button", name="Play", exact=True)).to_be_visible()
    expect(window.locator(".anime-asking-picture").first).to_have_attribute("tabindex", "0")
    window.locator(".anime-asking-confirm").click()
    editor.await_end(started)
    expect(window).to_have_count(0)
