import pytest
import torch

from anime_production.models.frames import Absence
from anime_production.models.plot import PLOT_SHAPE, plot_report
from anime_production.models.report import Better, Measure, Report, WorstFrame, merge

MEASURE = Measure("flicker", "", Better.LOWER, 0, 12, "brightness", threshold=1.5, required=True)


def report(per_frame, value=3.0):
    measurement = MEASURE.measured(value, "flickers", {"levels": value}, per_frame=per_frame)
    return Report("clip_quality", (measurement,), 24, 12.0, WorstFrame(3, "flickers", "It."))


@pytest.mark.parametrize(
    "drawn",
    [
        report([float(i) for i in range(24)]),
        report([None, 1.0, 2.0, None]),
        report([]),
        Report("loop", (MEASURE.absent(Absence("no_frames")),), 0),
        Report("loop", (), 0),
        merge([report([1.0, 2.0])] * 8),
    ],
    ids=["curve", "gaps", "no curve", "not measured", "empty", "many"],
)
def test_any_report_is_drawn_as_one_picture(drawn):
    picture = plot_report(drawn)
    assert picture.shape == PLOT_SHAPE
    assert 0 <= picture.min() < picture.max() <= 1


def test_a_frame_that_was_not_measured_is_shaded_and_not_drawn_as_zero():
    whole, gap = plot_report(report([2.0] * 24)), plot_report(report([2.0] * 12 + [None] * 12))
    grey = torch.tensor([0.61, 0.64, 0.69])
    shade = lambda picture: (picture[0, 100:460, 480:] - (1 - 0.35 * (1 - grey))).abs() < 0.03  # noqa: E731
    assert shade(gap).all(-1).float().mean() > 0.3
    assert shade(whole).all(-1).float().mean() < 0.01


def test_pass_and_fail_look_different():
    assert not torch.equal(plot_report(report([1.0, 1.0], 1.0)), plot_report(report([1.0, 1.0])))
