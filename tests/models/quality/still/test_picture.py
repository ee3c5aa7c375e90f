"""Pictures that are measured together have the numbers that each has alone."""

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from anime_production.benchmarks.distortions import add_noise, band, blur, compress
from anime_production.models.measure import Value
from anime_production.models.quality.still.picture import Pictures
from anime_production.models.quality.still.still_measures import (
    MEASURES,
    NUMBERS_OF_GREY,
    NUMBERS_OF_PLANES,
)
from anime_production.models.quality.still.still_quality import measure_picture
from anime_production.models.sample.sample_clip import draw_clip


@pytest.fixture(scope="module")
def frames():
    """Pictures that differ in everything that a measure decides by the values of a picture."""
    drawing = draw_clip(1, 256, 192, 24, 0, 0)
    letterbox = drawing.clone()
    letterbox[:, :20] = letterbox[:, -30:] = 0.1
    framed = drawing.clone()
    framed[:, :, :9] = 0.1
    framed[:, :12] = framed[:, -5:] = 0.8  # the bars at the sides begin below these
    coarse = (drawing * 8).round() / 8
    random = torch.rand(*drawing.shape[:3], 1, generator=torch.Generator().manual_seed(0))
    dithered = (random > 0.5).float().expand(drawing.shape)
    spoilt = [add_noise(drawing, 9), blur(drawing, 2), band(drawing, 0.6), compress(drawing, 8)]
    blank = [torch.full_like(drawing, level) for level in (0.5, 1.0)]
    return torch.cat([drawing, *spoilt, letterbox, framed, coarse, dithered, *blank])


def test_a_batch_gives_each_picture_the_values_that_it_has_alone(frames):
    together = Pictures(frames)
    together.read(NUMBERS_OF_GREY.values(), NUMBERS_OF_PLANES.values())
    measured = [measure for measure in MEASURES if measure.function is not None]
    for index, frame in enumerate(frames):
        alone = measure_picture(frame)
        for measure in measured:
            result, expected = measure.evaluate(together[index]), alone[measure.name]
            if isinstance(expected, Value):
                # Of equally steep edges any are taken, which moves the medians of directions.
                tolerance = 1e-2 if measure.name == "blur_direction" else 1e-4
                number = pytest.approx(expected.number, rel=tolerance, abs=1e-5)
                assert result.number == number, (index, measure.name)
                assert (result.reason, result.details) == (expected.reason, expected.details)
            else:
                assert result == expected, (index, measure.name)


class Operations(TorchDispatchMode):
    """Counter of torch's operations."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.count += 1
        return function(*args, **(kwargs or {}))


def test_every_number_that_a_measure_needs_is_read_at_once(frames):
    together = Pictures(frames[:2])
    together.read(NUMBERS_OF_GREY.values(), NUMBERS_OF_PLANES.values())
    with Operations() as operations:
        for measure in MEASURES:
            if measure.function is not None:
                measure.evaluate(together[0])
    assert operations.count == 0


def test_pictures_that_record_gradients_are_measured(frames):
    recording = frames[0].clone().requires_grad_()
    assert measure_picture(recording) == measure_picture(frames[0])


def test_measuring_leaves_the_pictures_as_they_are(frames):
    planar = frames[:1].movedim(-1, 1).contiguous().movedim(1, -1)  # its planes aren't copied
    before = planar.clone()
    measure_picture(planar[0])
    assert torch.equal(planar, before)
