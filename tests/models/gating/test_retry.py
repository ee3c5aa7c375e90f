import json
from dataclasses import replace
from uuid import uuid4

import pytest

from anime_production.models.frames import Absence
from anime_production.models.gating.retry import (
    MOST_PICTURED,
    UNTRIED,
    Attempt,
    OnExhausted,
    Trial,
    reason_of,
    seed_of,
    sets_of_other_attempts,
)
from anime_production.models.measure import Measure
from anime_production.models.report import Better, Report, Verdict
from anime_production.models.report_parts import SnapshotSet

FLICKER = Measure("flicker", "", Better.LOWER, 0, 12, "brightness", threshold=1.5, required=True)


def report(value):
    """A clip whose light flickers by so much; None is not measured."""
    if value is None:
        return Report("clip_quality", (FLICKER.absent(Absence("no_frames")),), 0)
    code = "flickers" if value > 1.5 else "steady_light"
    return Report("clip_quality", (FLICKER.measured(value, code, {"levels": value}),), 24)


def trial(*values, limit=3, on_exhausted=OnExhausted.BEST):
    """Attempts from seed 10 on, each with a clip that flickers by so much."""
    done = Trial(limit, on_exhausted)
    for seed, value in enumerate(values, start=10):
        done = done.after(Attempt(seed, report(value)))
    return done


def with_pictures(*sets, chosen_flicker=0.5, limit=32):
    """Attempts whose reports name a set of small pictures each; the last one passes."""
    done = Trial(limit, OnExhausted.BEST)
    for seed, each in enumerate(sets, start=10):
        value = chosen_flicker if each is sets[-1] else 9.0
        named = replace(report(value), snapshots=(SnapshotSet(each, ""),))
        done = done.after(Attempt(seed, named))
    return done


def test_the_report_names_the_pictures_of_all_attempts_the_chosen_ones_first():
    sets = [uuid4() for _ in range(3)]
    done = with_pictures(*sets)
    assert [each.id for each in done.report.snapshots] == [sets[2], sets[0], sets[1]]
    noted = done.report.measurements[-1].to_dict()["details"]["attempts"]
    assert [each["snapshots"] for each in noted] == [[str(each)] for each in sets]
    assert sets_of_other_attempts(done.report.to_dict()) == {str(each) for each in sets[:2]}
    assert sets_of_other_attempts(report(0.5).to_dict()) == set()


def test_of_many_attempts_only_the_latest_have_pictures():
    sets = [uuid4() for _ in range(20)]
    done = with_pictures(*sets)
    assert len(done.report.snapshots) == MOST_PICTURED
    noted = done.report.measurements[-1].to_dict()["details"]["attempts"]
    assert [bool(each["snapshots"]) for each in noted] == [False] * 12 + [True] * 8


def test_a_pass_ends_it_and_is_chosen_though_an_earlier_one_is_kept():
    done = trial(9.0, 0.5, limit=5)
    assert done.ended
    assert done.passed
    assert done.chosen == 2


def test_it_goes_on_while_nothing_passes_and_attempts_are_left():
    assert not trial(9.0, 8.0).ended
    assert trial(9.0, 8.0, 7.0).ended
    assert not trial(9.0, 8.0, 7.0).passed


def test_what_is_not_measured_does_not_pass():
    assert not trial(None).passed
    assert not trial(None, None).ended


def test_the_best_has_the_highest_score_and_of_equals_the_earliest_is_taken():
    assert trial(9.0, 4.0, 6.0).best == 2
    assert trial(4.0, 9.0, 4.0).best == 1


def test_a_bad_score_is_better_than_none():
    assert trial(None, 11.0, None).best == 2


def test_pass_through_takes_the_last_and_the_others_the_best():
    values = (9.0, 4.0, 6.0)
    assert trial(*values, on_exhausted=OnExhausted.PASS_THROUGH).chosen == 3
    for other in (OnExhausted.BEST, OnExhausted.BLOCK, OnExhausted.ERROR):
        assert trial(*values, on_exhausted=other).chosen == 2


def test_the_report_is_the_chosen_ones_and_carries_every_seed_and_report():
    done = trial(9.0, None, 4.0)
    told = done.report
    assert (told.verdict, told.score) == (report(4.0).verdict, report(4.0).score)
    carried = told.measurements[-1]
    assert carried.name == "attempts"
    assert carried.value == 3
    assert carried.verdict is Verdict.INFO
    assert "No attempt passes; 3 were made. Attempt 3 is chosen; its seed is 12." in carried.reason
    attempts = carried.details["attempts"]
    assert [each["seed"] for each in attempts] == [10, 11, 12]
    assert json.loads(json.dumps(told.to_dict(), allow_nan=False)) == told.to_dict()
    again = Report.from_json(told.to_json()).measurements[-1].details["attempts"]
    assert [Report.from_dict(dict(_plain(each["report"]))) for each in again] == [
        report(9.0),
        report(None),
        report(4.0),
    ]


def test_a_trial_within_a_trial_keeps_both_histories():
    inner = trial(9.0, 0.5).report
    outer = Trial(2, OnExhausted.BEST).after(Attempt(1, inner)).report
    assert [each.name for each in outer.measurements] == ["flicker", "attempts", "attempts_2"]
    assert outer.measurements[1].details["attempts"][1]["seed"] == 11
    assert outer.measurements[2].details["attempts"][0]["seed"] == 1


def test_seeds_count_up_and_stay_seeds():
    assert [seed_of(7, attempt) for attempt in (1, 2, 3)] == [7, 8, 9]
    assert seed_of(2**64 - 1, 2) == 0


def test_a_reason_begins_with_its_code():
    assert reason_of(report(9.0)).startswith("flickers: The clip flickers")
    assert reason_of(report(None)).startswith("no_frames: ")
    assert reason_of(report(0.5)) == ""


def test_before_the_first_attempt_nothing_is_measured():
    assert UNTRIED.verdict is Verdict.NOT_MEASURED
    assert UNTRIED.score is None
    assert Report.from_json(UNTRIED.to_json()) == UNTRIED


def test_the_reasons_name_every_attempt():
    lines = trial(9.0, None).reasons.splitlines()
    assert lines[0].startswith("Attempt 1, seed 10: FAIL, ")
    assert lines[2] == "Attempt 2, seed 11: NOT MEASURED"


@pytest.mark.parametrize("values", [(9.0,), (9.0, 8.0)])
def test_a_running_trial_says_so(values):
    assert "none passes yet" in trial(*values).report.measurements[-1].reason


def _plain(value):
    if hasattr(value, "items"):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, tuple) else value
