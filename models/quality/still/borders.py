"""Plain bars around a picture, and the share of a picture that isn't its ground colour."""

import torch

from ...measure import Measure
from ...measurement import Better

# Grey levels by which the colour of a bar may vary, because of compression.
ONE_COLOUR = 3 / 255
# Grey levels by which a pixel must differ from the bar to belong to the picture.
ANOTHER = 8 / 255
# Share of the length of a bar along which the picture must begin in the same row. A figure on plain
# ground begins in one row along a small part of its width only.
BEGINS = 0.5
# Grey levels by which a pixel must differ from the ground colour to count as drawn.
DRAWN = 6 / 255
ROWS = 16  # rows compared at a time: few, because most pictures have no bar
PIXELS = 65_536  # pixels from which the median colour is taken: more don't change it


def border_share(frame: torch.Tensor) -> float:
    """Return the share of a picture that is plain bars: letterbox, pillarbox, remains of a crop.

    A bar consists of rows (or columns) of one colour at the edge of the picture. Below a bar, the
    picture begins in the same row along at least half of the bar's length. So the plain ground
    around a figure is no bar.

    Args:
        frame: RGB in 0–1, shape (height, width, 3).

    Returns:
        Share in 0–1.
    """
    height, width = frame.shape[:2]
    top, bottom = _bar(frame), _bar(frame.flip(0))
    columns = frame[top : height - bottom].transpose(0, 1)
    left, right = _bar(columns), _bar(columns.flip(0))
    return 1 - (height - top - bottom) * (width - left - right) / (height * width)


def content_share(frame: torch.Tensor) -> float:
    """Return the share of a picture's pixels that differ from its ground, the median colour.

    Args:
        frame: RGB in 0–1, shape (height, width, 3).

    Returns:
        Share in 0–1; 0 for a blank picture.
    """
    stride = max(1, int((frame.shape[0] * frame.shape[1] / PIXELS) ** 0.5))
    ground = frame[::stride, ::stride].flatten(0, 1).T.contiguous().median(dim=1).values
    differing = [
        (channel - level).abs_() > DRAWN
        for channel, level in zip(frame.unbind(-1), ground, strict=True)
    ]
    return (differing[0] | differing[1] | differing[2]).float().mean().item()


def _bar(frame: torch.Tensor) -> int:
    """Return how many rows at the top are a bar; 0 if no picture begins below them."""
    colour = frame[0].median(dim=0).values
    for start in range(0, len(frame), ROWS):
        difference = (frame[start : start + ROWS] - colour).abs().amax(dim=-1)
        other = (difference.amax(dim=1) > ONE_COLOUR).nonzero()
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
    high=0.05,  # a large head on plain ground
    backend="median-colour",
    threshold=0.005,  # a face whose height and width are a fourteenth of those of the picture
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
    threshold=0.02,  # codecs add a line or two
    answers_to="Letterbox or pillarbox: share of the picture that is plain bars",
    function=lambda picture: border_share(picture.frame),
    passes="no_borders",
    fails="has_borders",
)
