import pytest
import torch

from anime_production.models.figure import FIGURE_SHAPE
from anime_production.models.frames import Absence, InputError
from anime_production.models.measure import Measure
from anime_production.models.other_packs.criterion import Criterion
from anime_production.models.other_packs.value_report import report_value
from anime_production.models.plot import plot_report
from anime_production.models.report import Better, Report, WorstFrame, merge

MEASURE = Measure("flicker", "", Better.LOWER, 0, 12, "brightness", threshold=1.5, required=True)
# Of Okabe and Ito, told apart by people who see red and green alike.
GREEN, ORANGE, GREY = (0x00, 0x9E, 0x73), (0xD5, 0x5E, 0x00), (0x6B, 0x72, 0x80)
VERDICT = slice(0, 60), slice(480, 960)  # rows and columns of the verdict in the headline
CURVES = slice(70, 490), slice(440, 960)


def report(per_frame, value=3.0):
    measurement = MEASURE.measured(value, "flickers", {"levels": value}, per_frame=per_frame)
    return Report("clip_quality", (measurement,), 24, 12.0, WorstFrame(3, "flickers", "It."))


def drawn(picture, colour, part):
    """Rows and columns of the pixels of a colour in a part of the picture."""
    there = picture[0][part] - torch.tensor(colour) / 255
    return (there.abs().amax(dim=-1) < 0.02).nonzero()


def verdict_colours(picture):
    """The colours that the verdict is written in."""
    return {each for each in (GREEN, ORANGE, GREY) if len(drawn(picture, each, VERDICT)) > 50}


@pytest.mark.parametrize(
    ("shown", "colour", "has_curve"),
    [
        (report([float(i) for i in range(24)]), ORANGE, True),
        (report([1.0] * 24, 1.0), GREEN, True),
        (report([None, 1.0, 2.0, None]), ORANGE, True),
        (report([]), ORANGE, False),
        (Report("loop", (MEASURE.absent(Absence("no_frames")),), 0), GREY, False),
        (Report("loop", (), 0), GREY, False),
    ],
    ids=["fails", "passes", "gaps", "no curve", "not measured", "empty"],
)
def test_a_report_is_drawn_in_the_colour_of_its_verdict_with_its_curve(shown, colour, has_curve):
    picture = plot_report(shown)
    assert picture.shape == FIGURE_SHAPE
    assert verdict_colours(picture) == {colour}
    assert (len(drawn(picture, colour, CURVES)) > 100) == has_curve


def test_one_measurement_is_drawn_under_its_own_verdict():
    both = merge([report([1.0] * 24, 1.0), report([3.0] * 24)])
    passes = plot_report(both, both.measurements[0].name)
    assert verdict_colours(passes) == {GREEN}
    assert len(drawn(passes, GREEN, CURVES)) > 100
    assert len(drawn(passes, ORANGE, CURVES)) < 100
    with pytest.raises(InputError, match=r"^measurement: expected one of .*, got flick\. "):
        plot_report(both, "flick")


def test_a_measurement_is_found_by_its_name_as_the_plot_shows_it():
    edges = Measure("edge_width", "px", Better.LOWER, 0, 10, "edges", threshold=4.0)
    sharp = Report("still_quality", (edges.measured(2.0, "sharp_lines", {"width": 2}),), 1)
    both = merge([sharp, report([3.0] * 24)])
    for name in ("Edge width", "edge_width", "still_quality.edge_width"):
        assert verdict_colours(plot_report(both, name)) == {GREEN}, name
    twice = merge([report([1.0] * 24, 1.0), report([3.0] * 24)])
    with pytest.raises(InputError, match=r"^measurement: expected one of "):
        plot_report(twice, "flicker")  # of both


def test_a_curve_rises_with_its_values():
    curve = drawn(plot_report(report([float(i) for i in range(24)])), ORANGE, CURVES)
    rows, columns = curve.float().unbind(1)
    assert torch.corrcoef(torch.stack([rows, columns]))[0, 1] < -0.9


def test_many_curves_each_have_a_place():
    picture = plot_report(merge([report([1.0, 2.0])] * 8))
    for rows in torch.linspace(70, 490, 5).int().unfold(0, 2, 1).tolist():
        for columns in ((440, 690), (710, 960)):
            assert len(drawn(picture, ORANGE, (slice(*rows), slice(*columns)))) > 50


def test_a_frame_that_was_not_measured_is_shaded_and_not_drawn_as_zero():
    whole, gap = plot_report(report([2.0] * 24)), plot_report(report([2.0] * 12 + [None] * 12))
    grey = torch.tensor([0.61, 0.64, 0.69])
    shade = lambda picture: (picture[0, 100:460, 480:] - (1 - 0.35 * (1 - grey))).abs() < 0.03  # noqa: E731
    assert shade(gap).all(-1).float().mean() > 0.3
    assert shade(whole).all(-1).float().mean() < 0.01


@pytest.mark.parametrize("name", ["Rin_$1_$2", "$a^$", r"$\frac$"])
def test_a_dollar_in_a_name_is_no_formula(name):
    measurement = MEASURE.measured(1.0, "steady_light", {"levels": name}, per_frame=[1.0, 1.0])
    assert plot_report(Report("clip_quality", (measurement,), 2)).shape == FIGURE_SHAPE


@pytest.mark.parametrize("values", ["1e308, -1e308", "0, 1e308", "-1e308, -1e307"])
def test_the_largest_numbers_of_another_node_are_drawn(values):
    report = report_value([values], Criterion("votes"))
    assert plot_report(report).isfinite().all()
