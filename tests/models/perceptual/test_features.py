import pytest
import torch

from anime_production.models.frames import InputError
from anime_production.models.perceptual import features as module
from anime_production.models.perceptual import products
from anime_production.models.perceptual.features import FeatureDistance

from ..memory import peak_above

BYTES = 4


class Pixels(FeatureDistance):
    """The frames' own pixels as features; counts the frames that it was given."""

    name, unit, still, least_side, pixels_at_once = "pixels", "levels", 0.0, 4, 3 * 8 * 8

    def __init__(self, memory=module.MEMORY):
        super().__init__(memory=memory)
        self.passed = 0

    def features(self, frames, into=None):
        self.passed += len(frames)
        return frames.flatten(1) if into is None else into.copy_(frames.flatten(1))

    def distances(self, squares):
        return squares.sqrt()


@pytest.fixture
def frames():
    frames = torch.rand(50, 8, 8, 3, generator=torch.manual_seed(1)) * 0.1 + 0.8
    frames[30] = frames[3]
    frames[31] = frames[3]
    frames[31, 2, 2] += 1e-5
    return frames


def direct(frames, widest):
    vectors = frames.flatten(1).double()
    expected = torch.full((len(frames), widest + 1), torch.inf, dtype=torch.float64)
    for gap in range(min(widest + 1, len(frames))):
        expected[: len(frames) - gap, gap] = (vectors[gap:] - vectors[: len(frames) - gap]).norm(
            dim=1
        )
    return expected


@pytest.mark.parametrize("widest", [0, 1, 7, 49, 60])
@pytest.mark.parametrize("room", [1, 7, 20, 50])
def test_all_pairs_are_what_they_are_one_by_one_in_any_amount_of_memory(frames, widest, room):
    backend = Pixels(memory=room * 8 * 8 * 3 * BYTES)
    band = backend.band(frames, widest).double()
    torch.testing.assert_close(band, direct(frames, widest), rtol=1e-6, atol=2e-8)


def test_frames_that_differ_by_almost_nothing_keep_their_difference(frames):
    band = Pixels().band(frames, 28)
    assert band[3, 27] == 0
    assert band[3, 28].item() == pytest.approx((frames[31] - frames[3]).norm().item(), abs=2e-8)


class Squares(Pixels):
    """A distance without a root, whose products are taken in single precision."""

    precision = torch.float32

    def distances(self, squares):
        return squares


@pytest.mark.parametrize("room", [20, 50])
def test_single_precision_keeps_the_squares_that_are_distances(frames, room):
    backend = Squares(memory=room * 8 * 8 * 3 * BYTES)
    band = backend.band(frames, 49).double()
    there = band.isfinite()
    errors = (band - direct(frames, 49).square())[there].abs()
    assert errors.max() < 2e-6 * band[there].max()


def test_a_clip_that_fits_is_passed_once(frames):
    backend = Pixels()
    backend.band(frames, 49)
    assert backend.passed <= len(frames) + 1


def test_a_clip_that_does_not_fit_costs_what_is_stated(frames):
    room, widest = 16, 30
    backend = Pixels(memory=room * 8 * 8 * 3 * BYTES)
    backend.band(frames, widest)
    assert len(frames) < backend.passed <= 1 + len(frames) * (1 + widest / (room * 0.75))


def test_only_pairs_near_the_diagonal_are_compared(monkeypatch):
    compared = []
    squared_distances = products._squared_distances

    def counted(first, second, *rest):
        compared.append(len(first) * len(second))
        return squared_distances(first, second, *rest)

    monkeypatch.setattr(products, "_squared_distances", counted)
    Pixels().band(torch.rand(1000, 8, 8, 3), 20)
    assert sum(compared) <= 1000 * (20 + products.ROWS)


def test_no_more_is_held_than_the_budget_allows():
    before = (
        "from anime_production.tests.models.perceptual.test_features import Pixels\n"
        "frames = torch.rand(1, 512, 512, 3).expand(120, -1, -1, -1)\n"
        "Pixels().band(frames[:4], 3)"
    )
    # 120 frames of 3 MB are 360 MB; the budget, and the pass and the products beside it
    assert peak_above(before, "Pixels(memory=100 * 1024**2).band(frames, 40)") < 100 + 50


def test_steps_hold_no_more_than_two_passes_and_close_the_loop(frames):
    steps = Pixels().steps(frames)
    expected = (frames - frames.roll(-1, dims=0)).flatten(1).norm(dim=1)
    torch.testing.assert_close(steps, expected)


def test_frames_are_compared_with_their_counterparts(frames):
    distances = Pixels().between(frames[:31], frames[19:])
    expected = (frames[:31] - frames[19:]).flatten(1).norm(dim=1)
    torch.testing.assert_close(distances, expected)


def test_batches_of_different_size_are_refused(frames):
    with pytest.raises(InputError, match=r"second: expected the shape of first, \(3, 8, 8, 3\)"):
        Pixels().between(frames[:3], frames[:4])


def test_frames_too_small_for_a_backend_are_refused_by_name():
    with pytest.raises(InputError, match=r"sides of at least 4 px, got 9×2.*pixels"):
        Pixels().steps(torch.rand(3, 2, 9, 3))


@pytest.mark.parametrize("count", [0, 1, 2])
def test_the_shortest_clips_have_their_distances_too(count):
    frames = torch.rand(count, 8, 8, 3)
    assert Pixels().steps(frames).shape == (count,)
    assert Pixels().between(frames, frames).tolist() == [0.0] * count
    assert Pixels().band(frames, 3).isfinite().sum() == (0, 1, 3)[count]


@pytest.mark.parametrize("room", [10, 100])
def test_progress_only_grows_and_ends_at_its_total(frames, room):
    seen = []
    backend = Pixels(memory=room * 8 * 8 * 3 * BYTES)
    backend.band(frames, 49, lambda done, total: seen.append((done, total)))
    done, totals = zip(*seen, strict=True)
    assert list(done) == sorted(done)
    assert set(totals) == {done[-1]}

    steps = []
    backend.steps(frames, lambda done, total: steps.append((done, total)))
    assert steps[0] == (3, 50)
    assert steps[-1] == (50, 50)


def test_an_interrupt_stops_the_passes_and_the_products_at_once(frames):
    def interrupt_at(moment):
        def report_progress(done, total):
            if done >= moment:
                raise KeyboardInterrupt

        return report_progress

    backend = Pixels()
    with pytest.raises(KeyboardInterrupt):
        backend.band(frames, 49, interrupt_at(6))
    assert backend.passed == 1 + 6
    with pytest.raises(KeyboardInterrupt):
        backend.band(frames, 49, interrupt_at(50))
    backend.passed = 0
    with pytest.raises(KeyboardInterrupt):
        backend.steps(frames, interrupt_at(3))
    assert backend.passed == 3
