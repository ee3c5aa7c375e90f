import pytest
import torch

from anime_production.models.gating.asking import (
    Ask,
    Choice,
    Unanswered,
    asked_frames,
    asks,
    chosen,
    gate_to_ask,
    review_text,
    unanswered,
)
from anime_production.models.gating.blocking import blocking_output, remedy
from anime_production.models.gating.gate import Level, OnFail, Rejected
from anime_production.models.gating.kept import GateSettings
from anime_production.models.loop.seam import score_loop
from anime_production.models.node_types import GATE
from anime_production.models.quality.still.still_quality import score_still_quality
from anime_production.models.report import Verdict
from anime_production.models.sample.sample_clip import Faults, draw_clip

FRAME = GateSettings(Level.FRAME, OnFail.BLOCK)
BLURRED = 2


@pytest.fixture(scope="module")
def stills():
    sharp = [draw_clip(1, 96, 96, 24, 0, seed) for seed in (1, 2, 3)]
    blurred = draw_clip(1, 96, 96, 24, 0, 4, Faults(blur=8.0))
    return score_still_quality(torch.cat([*sharp[:BLURRED], blurred, *sharp[BLURRED:]]))


@pytest.fixture(scope="module")
def jump():
    return score_loop(draw_clip(24, 96, 96, 24, 0, 1, Faults(seam_jump=8.0)), 12.0)


def codes(gating):
    return [reason.reason_code for reason in gating.decision.reasons]


def test_a_gate_asks_when_it_was_told_to(stills, jump):
    failing, mixed = gate_to_ask(jump, GateSettings()), gate_to_ask(stills, FRAME)
    assert not mixed.decision.passed
    for gating in (failing, mixed):
        assert [asks(each, gating) for each in (Ask.NEVER, Ask.WHEN_IT_FAILS, Ask.ALWAYS)] == [
            *(False, True, True),
        ]
    good = gate_to_ask(score_loop(draw_clip(24, 96, 96, 24, 0, 1), 12.0), GateSettings())
    assert not asks(Ask.WHEN_IT_FAILS, good)
    assert asks(Ask.ALWAYS, good)


def test_a_question_comes_before_the_error_of_a_gate(jump):
    assert not gate_to_ask(jump, GateSettings(on_fail=OnFail.ERROR)).decision.passed


def test_each_picture_has_its_own_verdict_and_the_side_that_the_report_gives_it(stills):
    frames = asked_frames(gate_to_ask(stills, FRAME), 4)
    assert [each["frame"] for each in frames] == [0, 1, 2, 3]
    assert frames[BLURRED]["verdict"] == Verdict.FAIL.value
    assert [each["accepted"] for each in frames] == [
        each["verdict"] == Verdict.PASS.value for each in frames
    ]
    assert all(each["because"][0]["reason"] for each in frames)


def test_a_batch_that_is_judged_as_a_whole_has_pictures_without_verdicts(jump):
    assert asked_frames(gate_to_ask(jump, GateSettings()), 2) == [{"frame": 0}, {"frame": 1}]


def test_the_person_chooses_the_sides_and_the_measurements_stay(stills):
    measured = gate_to_ask(stills, FRAME)
    gating = chosen(measured, Choice((3, BLURRED), "Aoi"), OnFail.BLOCK)
    assert gating.decision.accepted == (2, 3)
    assert gating.decision.rejected == (0, 1)
    assert gating.decision.passed is measured.decision.passed
    assert gating.kept.frames == 2
    assert gating.kept.verdict is Verdict.FAIL, "a blurred picture does not pass by being picked"
    assert codes(gating)[:2] == ["gate_picked", "gate_picked_by"]
    assert gating.decision.reasons[0].reason == "Picked by eye, 2 of 4: frames 2–3."
    assert "Aoi" in gating.decision.reasons[1].reason


def test_nothing_picked_rejects_all_and_fails_the_prompt_only_with_error(stills):
    measured = gate_to_ask(stills, FRAME)
    for on_fail in (OnFail.BLOCK, OnFail.PASS_THROUGH, OnFail.BEST):
        gating = chosen(measured, Choice(()), on_fail)
        assert not gating.keeps
        assert codes(gating)[0] == "gate_picked_none"
    with pytest.raises(Rejected, match="Nothing of 4 was picked by eye"):
        chosen(measured, Choice(()), OnFail.ERROR)


def test_a_whole_batch_is_accepted_or_rejected(jump):
    measured = gate_to_ask(jump, GateSettings())
    accepted, refused = (chosen(measured, Choice(each), OnFail.BLOCK) for each in ((0,), ()))
    assert (accepted.keeps, refused.keeps) == (True, False)
    assert [codes(each)[0] for each in (accepted, refused)] == [
        *("gate_batch_picked", "gate_batch_refused"),
    ]


def test_without_an_answer_the_report_decides_and_says_why_nobody_did(stills):
    measured = gate_to_ask(stills, FRAME)
    for cause in Unanswered:
        gating = unanswered(measured, cause, 30)
        assert gating.decision.accepted == measured.decision.accepted
        assert codes(gating) == [cause.value, *codes(measured)]
    assert "30 seconds" in unanswered(measured, Unanswered.TIMEOUT, 30).decision.text


def test_a_review_names_the_gate_and_the_frames(stills, jump):
    by_frame, whole = gate_to_ask(stills, FRAME), gate_to_ask(jump, GateSettings())
    assert review_text(by_frame, Choice((1, 2)), "17") == (
        "Picked by eye at the gate 17, 2 of 4: frames 1–2."
    )
    assert review_text(by_frame, Choice(()), "17") == (
        "Nothing of 4 was picked by eye at the gate 17."
    )
    assert review_text(whole, Choice((0,)), "3") == "Accepted by eye at the gate 3."
    assert review_text(whole, Choice(()), "3") == "Rejected by eye at the gate 3."


@pytest.mark.parametrize(
    ("on_fail", "ask", "blocks"),
    [
        ("pass_through", None, False), ("pass_through", "never", False),
        ("pass_through", "always", True), ("best", "when_it_fails", True),
        ("error", "always", False), ("pass_through", ["9", 0], True),
    ],
)  # fmt: skip
def test_a_gate_that_asks_may_block_what_it_accepts_unless_it_fails_the_prompt(
    on_fail, ask, blocks
):
    inputs = {"report": ["1", 0], "images": ["2", 0], "on_fail": on_fail}
    gate = {"class_type": GATE.id, "inputs": inputs | ({} if ask is None else {"ask": ask})}
    output = blocking_output(gate, GATE.number("accepted"))
    assert (output is not None) is blocks
    if output is not None:
        assert "Set its ask to never too." in remedy({"3": gate}, "3", output, "Do this.")
