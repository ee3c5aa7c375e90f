import pytest
import torch

from anime_production.benchmarks.clip_faults import ghost
from anime_production.models.quality.temporal.ghosting import share_of_neighbour

from .measured import fails, measured, passes
from .painted import moving_figure, pan, texture


@pytest.mark.parametrize("share", [10, 20, 30, 40, 50])
def test_the_share_of_the_drawing_before_comes_back(share):
    assert measured(ghost(pan(16, speed=3), share), "ghosting").value == pytest.approx(share, abs=6)


def test_a_half_of_the_drawing_before_fails_and_names_a_frame():
    found = measured(ghost(moving_figure(16, speed=4), 50), "ghosting")
    assert found.reason_code == "ghosts"
    assert found.worst_frame is not None


def test_in_betweens_that_were_cross_faded_fail():
    drawings = pan(12, speed=5)
    faded = (drawings[:-1] + drawings[1:]) / 2
    both = torch.stack([drawings[:-1], faded], dim=1).flatten(0, 1)
    assert fails(both, "ghosting")


def test_motion_blur_is_no_ghost():
    """Each drawing is the mean over the whole time of its step."""
    fine = pan(16 * 6, speed=1)
    assert passes(fine.unflatten(0, (16, 6)).mean(dim=1), "ghosting")


def test_something_transparent_that_moves_is_no_ghost():
    clip = pan(16, speed=3)
    veil = pan(16, speed=5, seed=4).flip(0)
    assert passes(0.6 * clip + 0.4 * veil, "ghosting")


def test_a_dissolve_is_no_ghost():
    first, second = pan(24, speed=2), pan(24, speed=2, seed=5)
    weight = ((torch.arange(24.0) - 9) / 6).clamp(0, 1).view(-1, 1, 1, 1)
    assert passes(first + weight * (second - first), "ghosting")


def test_where_nothing_moves_fast_it_is_not_measured_and_does_not_count():
    random = torch.Generator().manual_seed(1)
    grain = torch.randn(10, 128, 160, 1, generator=random) * 0.01
    found = measured((texture(128, 160) + grain).clamp(0, 1), "ghosting")
    assert (found.value, found.reason_code, found.required) == (None, "nothing_fast", False)


def test_the_share_grows_with_the_correlation():
    shares = [share_of_neighbour(step / 20) for step in range(-12, 21)]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] == 1
