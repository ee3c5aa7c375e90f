"""What a search knows of a clip gives its loops the reports that they have by themselves."""

import pytest
import torch

from anime_production.models.loop.find import find_loops
from anime_production.models.loop.seam import score_loop
from anime_production.models.sample.sample_clip import Faults, draw_clip

from .painted import noisy

FPS = 12.0
# Distances from products of features, not from their differences: 1e-3 of a step.
TOLERANCE = {"rel": 2e-3, "abs": 2e-3}
# Measured at some of the drawings, which loops of one clip share: they may be others.
BY_FLOW = {"seam_velocity": 0.1, "continuity": 0.1}


def on_twos_in_changing_light():
    """It starts inside a drawing, gets darker, and is worn."""
    clip = draw_clip(41, 64, 64, 16, 1, 5, Faults(hold=2))[1:]
    return noisy(clip * torch.linspace(1, 0.9, 40).view(-1, 1, 1, 1), 1.0)


def on_ones():
    return draw_clip(27, 64, 64, 12, 2, 7)


def after_another_scene():
    """Another place and pace before it, and a lamp that dims in half of the picture."""
    clip = draw_clip(24, 64, 64, 12, 2, 7)
    clip[:, :, 32:] *= torch.linspace(1, 0.6, 24).view(-1, 1, 1, 1)
    return torch.cat([draw_clip(17, 64, 64, 90, 3, 9), clip])


@pytest.mark.parametrize("backend", ["structural", "squeeze"], indirect=True)
@pytest.mark.parametrize("clip", [on_ones, on_twos_in_changing_light, after_another_scene])
def test_a_loop_that_was_found_has_the_report_that_it_has_by_itself(clip, backend):
    frames = clip()
    search = find_loops(frames, FPS, top_k=3, backend=backend)
    assert len(search.candidates) == 3
    for found in search.candidates:
        loop = frames[found.start : found.start + found.length]
        alone = score_loop(loop, FPS, backend)
        assert (found.report.verdict, found.report.frames) == (alone.verdict, found.length)
        assert found.score == pytest.approx(alone.score, abs=1)
        for one, other in zip(found.report.measurements, alone.measurements, strict=True):
            assert (one.name, one.reason_code) == (other.name, other.reason_code)
            if one.name in BY_FLOW:
                assert one.value == pytest.approx(other.value, abs=BY_FLOW[one.name]), one.name
                continue
            assert one.value == pytest.approx(other.value, **TOLERANCE), one.name
            assert one.per_frame == pytest.approx(other.per_frame, **TOLERANCE), one.name
            assert one.backend == other.backend


def test_the_best_loops_report_is_that_of_the_search_and_says_where_it_lies():
    search = find_loops(on_ones(), FPS)
    best = search.candidates[0]
    assert search.report.measurements[:-1] == best.report.measurements
    details = search.report.measurements[-1].details["candidates"]
    assert [(each["start"], each["length"], each["score"]) for each in details] == [
        (each.start, each.length, each.score) for each in search.candidates
    ]
