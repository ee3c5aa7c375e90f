import copy
import json

import pytest

from anime_production.models.gating.merge_rule import Rule, merge_by_rule
from anime_production.models.gating.retry import MOST_ATTEMPTS, Attempt, OnExhausted, Trial
from anime_production.models.measure import Measure
from anime_production.models.measurement import Better
from anime_production.models.report import Report
from anime_production.models.report_ui import MOST_BYTES, UiReport, shortened, whole_report

MEASURES = [
    Measure(f"measure_{number}", "px", Better.LOWER, 0, 20, threshold=10, required=number < 20)
    for number in range(25)
]


def report(frames, value=1.0, measures=MEASURES):
    """A report with a curve for every measure; the middle frame is the worst."""
    curve = [value / 3 + frame / 7e5 for frame in range(frames)]
    curve[frames // 2] = value
    measurements = tuple(each.measured(value, "seam_sharpness", {}, curve) for each in measures)
    return Report("clip_quality", measurements, frames, 12.0)


def size(values):
    return len(json.dumps(values).encode())


def retried(attempts, frames, value=11.0):
    """The report of a retry that is exhausted."""
    trial = Trial(attempts, OnExhausted.BEST)
    for number in range(attempts):
        trial = trial.after(Attempt(number, report(frames, value)))
    return trial.report


def test_a_short_report_is_shown_as_it_is():
    short = report(60)
    assert UiReport(short) == short.to_dict()
    assert whole_report(UiReport(short)) == short.to_dict()
    assert whole_report({"a": 1}) == {"a": 1}


@pytest.mark.parametrize("frames", [600, 5000, 20_000])
def test_a_curve_is_thinned_and_its_worst_frame_stays(frames):
    whole = report(frames)
    values = UiReport(whole)
    assert size(values) <= MOST_BYTES
    assert values["frames"] == frames
    measurement = values["measurements"][0]
    shown_frames = measurement.get("frames_shown", list(range(frames)))
    assert len(shown_frames) == len(measurement["per_frame"])
    assert shown_frames == sorted(set(shown_frames))
    at = shown_frames.index(frames // 2)
    assert measurement["per_frame"][at] == 1.0
    assert whole_report(values) == whole.to_dict(), "the record of jobs receives the whole report"


def test_frames_that_were_not_measured_stay_unmeasured():
    (measure,) = MEASURES[:1]
    curve = [None] * 40_000 + [2.0] * 10_000
    measured = Report("clip_quality", (measure.measured(2.0, "seam_sharpness", {}, curve),), 50_000)
    (measurement,) = UiReport(measured)["measurements"]
    for frame, value in zip(measurement["frames_shown"], measurement["per_frame"], strict=True):
        assert value == curve[frame]


@pytest.mark.parametrize(("attempts", "frames"), [(8, 600), (MOST_ATTEMPTS, 600), (3, 5000)])
def test_attempts_keep_their_verdict_score_and_first_reasons(attempts, frames):
    whole = retried(attempts, frames)
    values = UiReport(whole)
    assert size(values) <= MOST_BYTES
    (retry,) = [each for each in values["measurements"] if each["name"] == "attempts"]
    assert len(retry["details"]["attempts"]) == attempts
    for number, attempt in enumerate(retry["details"]["attempts"]):
        assert (attempt["seed"], attempt["report"]["verdict"]) == (number, "FAIL")
        assert attempt["report"]["score"] == whole.score
        assert all(each["verdict"] == "FAIL" for each in attempt["report"]["measurements"])
    assert retry["details"]["chosen"] == 1


def test_whatever_is_merged_stays_below_the_limit():
    merged = merge_by_rule([retried(3, 60)] * 32, Rule.ALL)
    assert size(UiReport(merged)) <= MOST_BYTES


@pytest.mark.parametrize("values", [report(600), report(5000), retried(MOST_ATTEMPTS, 600)])
def test_a_shortened_report_can_still_be_read(values):
    read = Report.from_dict(json.loads(json.dumps(UiReport(values))))
    assert (read.verdict, read.frames) == (values.verdict, values.frames)


def test_shortening_changes_nothing_in_the_report_itself():
    values = retried(8, 600).to_dict()
    before = copy.deepcopy(values)
    shortened(values)
    assert values == before


def test_a_copy_shows_what_is_shown_later():
    values = UiReport(report(60, 11.0))
    copies = [copy.copy(values), copy.deepcopy({"ui": [values]})["ui"][0]]
    values.show(report(600))
    for each in copies:
        assert each["verdict"] == "PASS"
        assert whole_report(each) == report(600).to_dict()
