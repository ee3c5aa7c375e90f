import json
import re

import pytest

from anime_production.models.frames import Absence, InputError
from anime_production.models.gating.ranking import rank_frames
from anime_production.models.measure import Measure
from anime_production.models.report import Better, Report

SHARP = Measure("sharpness", "", Better.HIGHER, 0, 1, "edges", threshold=0.5, required=True)
NOISE = Measure("noise", "", Better.LOWER, 0, 30, "blocks", threshold=10.0, required=True)
CONTRAST = Measure("contrast", "", Better.HIGHER, 0, 1, "spread", threshold=0.5)


def pictures(sharp, noise=None):
    parts = [SHARP.measured(0.5, "no_lines", per_frame=sharp)]
    if noise is not None:
        parts.append(NOISE.measured(0.5, "no_lines", per_frame=noise))
    parts.append(CONTRAST.measured(0.1, "no_lines", per_frame=[0.1] * len(sharp)))
    return Report("still_quality", tuple(parts), len(sharp))


def as_json(ranking):
    return json.loads(json.dumps(ranking.to_dict(), allow_nan=False))


def places(ranking):
    """Places by the number of the frame, with the reasons in English as one text."""
    return {
        place["number"]: {
            **place,
            "lost": " ".join(each["reason"] for each in place["lost_because"]),
        }
        for place in as_json(ranking)["ranking"]
    }


def notes(ranking):
    return [each["reason"] for each in as_json(ranking)["notes"]]


def test_the_best_come_first():
    ranking = rank_frames(pictures([0.6, 0.9, 0.1, 0.7]), 2)
    assert ranking.order == (1, 3, 0, 2)
    assert ranking.kept == (1, 3)


def test_a_frame_is_as_good_as_its_weakest_measurement():
    # 0.9 scores best, yet with noise of 20 the frame fails.
    ranking = rank_frames(pictures([0.9, 0.6, 0.8], noise=[20, 1, 0]), 1)
    assert ranking.order == (2, 1, 0)
    assert places(ranking)[0]["weakest"] == "noise"
    assert places(ranking)[0]["score"] < 50 < places(ranking)[1]["score"]


def test_of_equally_weak_frames_the_other_measurements_decide():
    ranking = rank_frames(pictures([0.6, 0.6, 0.2, 0.2], noise=[2, 1, 9, 20]), 1)
    assert ranking.order == (1, 0, 2, 3)
    close = rank_frames(pictures([0.6, 0.6], noise=[1.0001, 1.0]), 1)
    assert close.kept == (1,)
    own, other = re.findall(r"[0-9]+\.[0-9]+(?= of 100)", places(close)[0]["lost"])
    assert float(own) < float(other), "the two scores are told apart"


def test_of_equal_frames_the_earlier_wins_every_time():
    ranking = rank_frames(pictures([0.6, 0.8, 0.8, 0.6]), 1)
    assert ranking.order == (1, 2, 0, 3)
    assert "Frame 1 has the same score" in places(ranking)[2]["lost"]


def test_a_frame_that_is_not_measured_never_wins_over_a_measured_one():
    ranking = rank_frames(pictures([None, 0.0, None], noise=[0, 30, 29]), 2)
    assert ranking.order == (1, 0, 2)
    lost = places(ranking)[2]["lost"]
    assert "another measurement has no value" in lost
    assert notes(ranking) == [
        "These frames were kept without a score, because too few have one: 0."
    ]


def test_where_none_is_measured_the_first_are_kept_and_it_says_so():
    report = Report("still_quality", (SHARP.absent(Absence("no_frames")),), 3)
    ranking = rank_frames(report, 1)
    assert ranking.kept == (0,)
    told = as_json(ranking)
    assert told["ranking"][0]["verdict"] == "NOT_MEASURED"
    assert told["ranking"][0]["score"] is None
    assert "kept without a score" in notes(ranking)[0]
    assert "Frame 0 has no score either" in places(ranking)[1]["lost"]


def test_it_says_why_the_others_lost():
    ranking = rank_frames(pictures([0.6, 0.9, 0.1]), 1)
    lost = places(ranking)
    assert lost[1]["lost_because"] == []
    assert lost[1]["kept"] is True
    assert lost[2]["lost"] == (
        "Its score is 1.1 of 100. It is weakest in sharpness, with 0.1. "
        "The last one kept, frame 1, has 91.1 of 100."
    )
    assert [each["reason_code"] for each in lost[2]["lost_because"]] == [
        *("rank_scored", "rank_frame_lower"),
    ]
    assert lost[2]["verdict"] == "FAIL"


def test_more_than_there_are_keeps_all_and_says_so():
    ranking = rank_frames(pictures([0.6, 0.9]), 5)
    assert ranking.kept == (1, 0)
    assert notes(ranking) == ["k is 5, but the batch has 2 frames. All were kept."]


def test_the_json_of_a_long_batch_can_be_cut_and_still_counts_all():
    ranking = rank_frames(pictures([0.6, 0.9, 0.7]), 1)
    told = ranking.to_dict(most_places=2)
    assert [each["number"] for each in told["ranking"]] == [1, 2]
    assert (told["count"], told["kept"]) == (3, [1])


def test_a_report_of_a_whole_clip_can_not_rank_its_frames():
    with pytest.raises(InputError, match="whole clip of sharpness"):
        rank_frames(Report("clip_quality", (SHARP.measured(0.5, "no_lines"),), 3), 1)


def test_none_is_refused():
    with pytest.raises(InputError, match="k: expected a whole number from 1"):
        rank_frames(pictures([0.5]), 0)
