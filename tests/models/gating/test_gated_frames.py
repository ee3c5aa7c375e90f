import pytest

from anime_production.models.gating.gate import Level
from anime_production.models.gating.gated_frames import gated_frames
from anime_production.models.gating.kept import GateSettings, gate_report

from .test_ranking import pictures

FRAMES = GateSettings(Level.FRAME)


def shown(sharpness: list[float | None], most: int = 24):
    return gated_frames(gate_report(pictures(sharpness), FRAMES), most)


def test_each_frame_has_its_side_its_score_and_its_reason():
    good, bad = shown([0.9, 0.1])
    assert (good["frame"], good["accepted"], good["verdict"]) == (0, True, "PASS")
    assert (bad["frame"], bad["accepted"], bad["verdict"]) == (1, False, "FAIL")
    assert bad["score"] < 50 < good["score"]
    (reason,) = bad["because"]
    assert (reason["name"], reason["reason_code"]) == ("sharpness", "rank_scored")
    assert "with 0.1" in reason["reason"]


def test_a_frame_without_a_value_says_so():
    (frame,) = shown([None])
    assert (frame["verdict"], frame["score"], frame["accepted"]) == ("NOT_MEASURED", None, False)
    assert frame["because"][0]["reason_code"] == "rank_unmeasured"


@pytest.mark.parametrize(
    ("sharpness", "numbers"),
    [
        ([0.9] * 10 + [0.1] * 10, [0, 1, 2, 10, 11, 12]),
        ([0.9] * 20, [0, 1, 2, 3, 4, 5]),
        ([0.1] * 20, [0, 1, 2, 3, 4, 5]),
        ([0.9] * 19 + [0.1], [0, 1, 2, 3, 4, 19]),
        ([0.1] * 19 + [0.9], [0, 1, 2, 3, 4, 19]),
    ],
)
def test_of_many_frames_some_of_each_side_are_shown(sharpness, numbers):
    assert [each["frame"] for each in shown(sharpness, most=6)] == numbers


def test_a_gate_that_decides_about_the_batch_shows_no_frames():
    assert gated_frames(gate_report(pictures([0.9, 0.1]), GateSettings()), 24) == []
