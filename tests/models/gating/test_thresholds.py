import pytest

from anime_production.models.frames import Absence, InputError
from anime_production.models.gating.thresholds import read_thresholds, with_thresholds
from anime_production.models.measure import Measure
from anime_production.models.report import Better, Report, Verdict, merge

FLICKER = Measure("flicker", "levels", Better.LOWER, 0, 12, "light", threshold=1.5, required=True)
CONTRAST = Measure("contrast", "", Better.HIGHER, 0, 1, "spread")
SEAM = Measure("seam", "steps", Better.BAND, 0, 10, "seam", threshold=(0.4, 1.75), required=True)
RIN = Measure("similarity: Rin, older", "", Better.HIGHER, 0, 1, "c", threshold=0.8, required=True)


def clip(flicker=1.2, contrast=0.3):
    parts = (FLICKER.measured(flicker, "no_lines"), CONTRAST.measured(contrast, "no_lines"))
    return Report("clip_quality", parts, 24)


def changed(report, text):
    return with_thresholds(report, read_thresholds(text))


@pytest.mark.parametrize(
    "text",
    [
        "flicker=2.0, seam=0.4..1.75",
        " flicker = 2 ;\n\n seam = .4 .. 1.75,\r\n",
        "seam=4e-1..1.75\nflicker=+2.0",
    ],
)
def test_commas_and_lines_separate_and_spaces_do_not_matter(text):
    assert read_thresholds(text) == {"flicker": 2.0, "seam": (0.4, 1.75)}


@pytest.mark.parametrize("text", ["", "  \n", ","])
def test_nothing_written_changes_nothing(text):
    report = clip()
    assert changed(report, text) is report


def test_a_name_may_hold_a_comma_as_a_characters_name_may():
    assert read_thresholds("flicker=-2, similarity: Rin, older=0.9") == {
        "flicker": -2.0,
        "similarity: Rin, older": 0.9,
    }


@pytest.mark.parametrize(
    "text",
    ["flicker", "flicker=", "flicker=low", "=2", "flicker=2,0", "flicker=2 0", "flicker=1..", "2"],
)
def test_what_is_no_threshold_is_refused_with_the_form(text):
    with pytest.raises(InputError, match=r"thresholds: expected name = number"):
        read_thresholds(text)


@pytest.mark.parametrize("text", ["flicker=1e999", "seam_position=0..1e999"])
def test_a_number_too_large_to_be_finite_is_refused(text):
    with pytest.raises(InputError, match="expected finite numbers, got"):
        read_thresholds(text)


def test_the_same_name_twice_is_refused():
    with pytest.raises(InputError, match="flicker twice"):
        read_thresholds("flicker=1, flicker=2")


def test_a_threshold_changes_the_verdict_and_the_reason_speaks_of_it():
    assert changed(clip(1.2), "flicker=1.2").verdict is Verdict.PASS
    assert changed(clip(2.5), "flicker=3").verdict is Verdict.PASS
    stricter = changed(clip(1.2), "flicker=1")
    assert stricter.verdict is Verdict.FAIL
    assert stricter.reasons == ("The value is 1.2 levels; the gate asks for at most 1.",)
    assert Report.from_json(stricter.to_json()) == stricter


def test_what_is_named_counts():
    assert changed(clip(contrast=0.3), "contrast=0.5").verdict is Verdict.FAIL
    assert changed(clip(contrast=0.6), "contrast=0.5").verdict is Verdict.PASS


def test_what_was_not_measured_keeps_its_own_reason():
    report = Report("clip_quality", (FLICKER.absent(Absence("no_frames")),), 0)
    assert changed(report, "flicker=5").verdict is Verdict.NOT_MEASURED
    assert changed(report, "flicker=5").reasons == ("There are no frames to measure.",)


def test_an_unknown_name_is_refused_with_those_that_there_are():
    with pytest.raises(InputError, match=r"one of flicker, contrast, got flickr"):
        changed(clip(), "flickr=2")


def test_a_band_needs_a_band_and_a_number_a_number():
    report = Report("loop", (SEAM.measured(1.0, "no_lines"),), 24)
    assert changed(report, "seam=1.1..2").verdict is Verdict.FAIL
    with pytest.raises(InputError, match=r"a band for seam, got 2\.0"):
        changed(report, "seam=2")
    with pytest.raises(InputError, match="lower one first"):
        changed(report, "seam=2..1")
    with pytest.raises(InputError, match="one number for flicker"):
        changed(clip(), "flicker=1..2")


def test_in_a_merge_a_name_means_that_of_every_subject_and_the_full_name_its_own():
    merged = merge([clip(1.0), clip(1.4)])
    assert changed(merged, "flicker=1.2").verdict is Verdict.FAIL
    assert changed(merged, "clip_quality.flicker=1.2").verdict is Verdict.PASS
    for text in (
        "flicker=1.2, clip_quality_2.flicker=1.5",
        "clip_quality_2.flicker=1.5, flicker=1.2",
    ):
        assert changed(merged, text).verdict is Verdict.PASS
