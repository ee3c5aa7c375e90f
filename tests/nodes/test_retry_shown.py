"""What a Retry End shows, in a real run: in the history, in the browser, and when it is cached."""

import json

import pytest

from anime_production.models.report import Verdict
from anime_production.models.report_ui import MOST_BYTES

from ..integration.client import Prompt
from .executor import copy_ui

LONGEST_SECONDS = 1160.0  # took 540 s where other work left it a fraction of a core


def retried() -> tuple[Prompt, str]:
    """A prompt whose third attempt passes, and the id of its Retry End."""
    prompt = Prompt()
    start = prompt.add("AnimeRetryStart", seed=10)
    fault = prompt.add("TestFault", seed=start.out(0), passes_from=12)
    clip = prompt.add("AnimeSampleClip", width=64, height=64, seed=5, seam_jump=fault.out())
    score = prompt.add("AnimeLoopScore", images=clip.out(), fps=12.0)
    end = prompt.add("AnimeRetryEnd", report=score.out(), slot_1=clip.out(), attempts=5)
    return prompt, end


@pytest.mark.parametrize("copies", [False, True], ids=["as it is", "copied"])
def test_the_last_attempt_is_shown_at_once_and_when_nothing_runs_again(
    executor, monkeypatch, copies
):
    if copies:
        copy_ui(monkeypatch)
    prompt, end = retried()
    first = executor.run(prompt)
    assert first.error == ""
    report = first.report(end)
    (attempts,) = [each for each in report["measurements"] if each["name"] == "attempts"]
    assert (report["verdict"], attempts["value"]) == ("PASS", 3)
    assert first.executed(end)[-1]["anime_report"] == [[report]]
    second = executor.run(prompt)
    assert len(second.messages[1][1]["nodes"]) == len(prompt), "everything is cached"
    assert second.outputs[end] == first.outputs[end]
    assert second.executed(end) == [second.outputs[end]]
    for run in (first, second):
        assert run.verdict(prompt) is Verdict.PASS, "attempts that failed count no more"


def flickering(frames: int, attempts: int) -> tuple[Prompt, str]:
    """A retry of a clip that always flickers, judged by Clip Quality."""
    prompt = Prompt()
    start = prompt.add("AnimeRetryStart", seed=1)
    size = {"width": 64, "height": 64, "frames": frames}
    clip = prompt.add("AnimeSampleClip", **size, seed=start.out(0), flicker=12.0)
    score = prompt.add("AnimeClipQuality", images=clip.out(), fps=12.0)
    end = prompt.add("AnimeRetryEnd", report=score.out(), slot_1=clip.out(), attempts=attempts)
    return prompt, end


@pytest.mark.timeout(LONGEST_SECONDS + 40)
@pytest.mark.parametrize(
    ("frames", "attempts"), [(48, 8), pytest.param(600, 8, marks=pytest.mark.slow)]
)
def test_long_reports_are_shown_shortened_and_recorded_whole(executor, frames, attempts):
    prompt, end = flickering(frames, attempts)
    run = executor.run(prompt, seconds=LONGEST_SECONDS)
    assert run.error == ""
    messages = [len(text.encode()) for event, text in run.sent if event == "executed"]
    entries = [len(json.dumps(ui).encode()) for ui in run.outputs.values()]
    assert max(messages + entries) < 200_000
    ((last,),) = run.executed(end)[-1]["anime_report"]
    (shown,) = [each for each in last["measurements"] if each["name"] == "attempts"]
    assert [each["report"]["verdict"] for each in shown["details"]["attempts"]] == (
        ["FAIL"] * attempts
    )
    (recorded,) = [each for each in run.finished(prompt).reports if each.node_id == end]
    (whole,) = [each for each in recorded.report["measurements"] if each["name"] == "attempts"]
    whole_size = len(json.dumps(recorded.report).encode())
    assert whole_size > MOST_BYTES
    for attempt in whole["details"]["attempts"]:
        assert len(attempt["report"]["measurements"][0]["per_frame"]) == frames
