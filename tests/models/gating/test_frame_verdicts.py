from anime_production.models.frames import Absence
from anime_production.models.gating.frame_verdicts import judge_frames
from anime_production.models.measure import Measure
from anime_production.models.report import Better, Report, Verdict

SHARP = Measure("sharpness", "", Better.HIGHER, 0, 1, "edges", threshold=0.5, required=True)
NOISE = Measure("noise", "", Better.LOWER, 0, 30, "blocks", threshold=10.0, required=True)
SEAM = Measure("step", "", Better.BAND, 0, 10, "seam", threshold=(1.0, 2.0), required=True)
CONTRAST = Measure("contrast", "", Better.HIGHER, 0, 1, "spread", threshold=0.5)


def judged(*measurements, frames):
    return judge_frames(Report("still_quality", measurements, frames))


def of(measure, *values):
    return measure.measured(1.5, "no_lines", per_frame=values)


def test_a_frame_is_judged_by_its_own_values_whatever_the_whole_comes_to():
    for measure, values in ((SHARP, (0.5, 0.49)), (NOISE, (10.0, 10.1)), (SEAM, (2.0, 2.1))):
        verdicts = [each.verdict for each in judged(of(measure, *values), frames=2)]
        assert verdicts == [Verdict.PASS, Verdict.FAIL], measure.name


def test_its_weakest_required_measurement_decides():
    sharp, noise = of(SHARP, 0.9, 0.6), of(NOISE, 20.0, 2.0)
    first, second = judged(sharp, noise, of(CONTRAST, 0.0, 0.0), frames=2)
    assert (first.weakest, first.value) == (noise, 20.0)
    assert first.score < noise.score_of(20.0) < 50, "the other one lowers it"
    assert first.verdict is Verdict.FAIL
    assert second.weakest is sharp
    assert second.verdict is Verdict.PASS


def test_a_frame_with_something_absent_has_no_score_and_passes_never():
    sharp, noise = of(SHARP, None, None), of(NOISE, 2.0, 20.0)
    first, second = judged(sharp, noise, frames=2)
    assert (first.verdict, first.score, first.weakest) == (Verdict.NOT_MEASURED, None, sharp)
    assert (second.verdict, second.score, second.weakest) == (Verdict.FAIL, None, noise)


def test_what_could_not_be_measured_at_all_is_absent_in_every_frame():
    frames = judged(SHARP.absent(Absence("no_frames")), of(NOISE, 2.0, 2.0), frames=2)
    assert [each.verdict for each in frames] == [Verdict.NOT_MEASURED] * 2


def test_a_frame_that_can_be_measured_is_where_the_clip_as_a_whole_can_not():
    sharp = SHARP.absent(Absence("no_frames"), per_frame=[0.9, None])
    assert [each.score for each in judged(sharp, frames=2)] == [sharp.score_of(0.9), None]


def test_a_frame_has_the_score_of_a_report_with_its_values():
    sharp, noise = of(SHARP, 0.7, 0.3, 0.3), of(NOISE, 5.0, 5.0, 25.0)
    frames = judged(sharp, noise, frames=3)
    for number, frame in enumerate(frames):
        parts = (SHARP.measured(sharp.per_frame[number], "no_lines"),
                 NOISE.measured(noise.per_frame[number], "no_lines"))  # fmt: skip
        assert frame.score == Report("still_quality", parts, 1).score
    assert frames[0].score > frames[1].score > frames[2].score


def test_an_optional_measurement_tells_frames_apart_and_decides_no_verdict():
    first, second = judged(of(SHARP, 0.9, 0.9), of(CONTRAST, 0.6, 0.1), frames=2)
    assert first.verdict is second.verdict is Verdict.PASS
    assert second.score < first.score
    assert second.weakest.name == "sharpness"
