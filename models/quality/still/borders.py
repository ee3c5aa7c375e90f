"""Bars around a picture, and pictures with nothing on them."""

import torch

from ...measure import Measure
from ...measurement import Better

# Grey levels within which a bar is one colour, after compression.
ONE_COLOUR = 3 / 255
# Grey levels by which a pixel of the picture differs from the bar.
ANOTHER = 8 / 255
# Share of the length along which the picture must begin at once: a figure on plain ground doesn't.
BEGINS = 0.5
# Grey levels beyond which a pixel isn't the ground's.
DRAWN = 6 / 255
ROWS = 16  # looked at together: most pictures have no bar
PIXELS = 65_536  # a colour's median needs no more


def border_share(frame: torch.Tensor) -> float:
    """Share of a picture that is plain bars: letterbox, pillarbox, a frame left by a crop.

    A bar is rows (or columns) of one colour from the rim on, and the picture must begin along most
    of its length at once: ground around a figure is no bar.

    Args:
        frame: RGB in 0–1, shape (height, width, 3).

    Returns:
        0–1.
    """
    height, width = frame.shape[:2]
    top, bottom = _bar(frame), _bar(frame.flip(0))
    columns = frame[top : height - bottom].transpose(0, 1)
    left, right = _bar(columns), _bar(columns.flip(0))
    return 1 - (height - top - bottom) * (width - left - right) / (height * width)


def content_share(frame: torch.Tensor) -> float:
    """Share of a picture that isn't its ground: pixels away from the median colour.

    Args:
        frame: RGB in 0–1, shape (height, width, 3).

    Returns:
        0–1; 0 for a blank picture.
    """
    stride = max(1, int((frame.shape[0] * frame.shape[1] / PIXELS) ** 0.5))
    ground = frame[::stride, ::stride].flatten(0, 1).T.contiguous().median(dim=1).values
    drawn = [
        (channel - level).abs_() > DRAWN
        for channel, level in zip(frame.unbind(-1), ground, strict=True)
    ]
    return (drawn[0] | drawn[1] | drawn[2]).float().mean().item()


def _bar(frame: torch.Tensor) -> int:
    """Rows of one colour from the top on; 0 where no picture begins below them."""
    colour = frame[0].median(dim=0).values
    for start in range(0, len(frame), ROWS):
        away = (frame[start : start + ROWS] - colour).abs().amax(dim=-1)
        other = (away.amax(dim=1) > ONE_COLOUR).nonzero()
        if len(other):
            row = start + int(other[0])
            # An edge may be soft over some pixels.
            below = (frame[row : row + 3] - colour).abs().amax(dim=-1).amax(dim=0)
            return row if (below > ANOTHER).float().mean() >= BEGINS else 0
    return 0


CONTENT = Measure(
    "content",
    unit="of the picture",
    better=Better.HIGHER,
    high=0.1,
    backend="median-colour",
    threshold=0.005,  # a face that fills a fourteenth of height and of width
    required=True,
    answers_to="Blank pictures: share of the picture that differs from its ground colour",
    function=lambda picture: content_share(picture.frame),
    passes="has_content",
    fails="nearly_blank",
)
BORDERS = Measure(
    "borders",
    unit="of the picture",
    better=Better.LOWER,
    backend="plain-bars",
    threshold=0.02,  # a line or two that a codec adds
    answers_to="Letterbox or pillarbox: share of the picture that is plain bars",
    function=lambda picture: border_share(picture.frame),
    passes="no_borders",
    fails="has_borders",
)
