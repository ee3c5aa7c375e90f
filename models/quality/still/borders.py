"""Plain bars around a picture, and the share of a picture that isn't its ground colour."""

import math
from collections.abc import Sequence

import torch

from ...image_ops.order import ascending, ranked
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
SOFT = 3  # px over which the edge between a bar and the picture may be soft
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
    return share_of_bars(bar_numbers(frame.movedim(-1, 0)[None])[0].tolist())


def content_share(frame: torch.Tensor) -> float:
    """Return the share of a picture's pixels that differ from its ground, the median colour.

    Args:
        frame: RGB in 0–1, shape (height, width, 3).

    Returns:
        Share in 0–1; 0 for a blank picture.
    """
    return content_numbers(frame.movedim(-1, 0)[None])[0, 0].item()


def content_numbers(planes: torch.Tensor) -> torch.Tensor:
    """Return the share of content of each picture, without waiting for the device.

    Args:
        planes: RGB in 0–1, shape (pictures, 3, height, width).

    Returns:
        Share in 0–1, shape (pictures, 1).
    """
    stride = max(1, int((planes[0, 0].numel() / PIXELS) ** 0.5))
    sample = planes[..., ::stride, ::stride].flatten(2).flatten(0, 1)
    ground = ranked(sample, [(sample.shape[1] - 1) // 2]).view(-1, 3, 1, 1)
    difference = (planes - ground).abs_().amax(dim=1)
    return difference.gt_(DRAWN).mean(dim=(1, 2))[:, None]


def bar_numbers(planes: torch.Tensor) -> torch.Tensor:
    """Return the sizes of the bars of each picture, without waiting for the device.

    Args:
        planes: RGB in 0–1, shape (pictures, 3, height, width).

    Returns:
        Px of the bars at the top, bottom, left and right, then height and width, shape
        (pictures, 6).
    """
    height, width = planes.shape[2:]
    top, bottom = _bars(planes)
    if len(planes) == 1 and planes.device.type == "cpu":
        inner = planes[:, :, int(top) : height - int(bottom)]
        left, right = _bars(inner.transpose(2, 3))
    else:
        rows = torch.arange(height, device=planes.device)
        is_inner = (rows >= top[:, None]) & (rows < height - bottom[:, None])
        left, right = _bars(planes.transpose(2, 3), is_inner)
    sizes = (torch.full_like(top, side) for side in (height, width))
    return torch.stack([top, bottom, left, right, *sizes], dim=1).float()


def share_of_bars(numbers: Sequence[float]) -> float:
    """Return the share of a picture that is plain bars.

    Args:
        numbers: numbers of one picture from `bar_numbers`.
    """
    top, bottom, left, right, height, width = numbers
    return 1 - (height - top - bottom) * (width - left - right) / (height * width)


def _bars(
    planes: torch.Tensor, inner: torch.Tensor | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return how many rows are a bar at the top and at the bottom; 0 if no picture begins there.

    Args:
        planes: RGB in 0–1, shape (pictures, 3, rows, columns).
        inner: True for the columns that aren't in bars at the sides, shape (pictures, columns);
            None for all columns.
    """
    rows = planes.shape[2]
    lowest = highest = planes
    if inner is None:
        inner = torch.ones_like(planes[:, 0, 0], dtype=torch.bool)
    else:
        outside = torch.zeros_like(planes[:, :1, :1]).masked_fill_(~inner[:, None, None], math.inf)
        lowest, highest = planes + outside, planes - outside
    columns = inner.sum(dim=1)
    # The first axis of what follows is the side: top, bottom.
    edges = torch.stack([planes[:, :, 0], planes[:, :, -1]])
    middle = ((columns - 1) // 2)[:, None, None].expand(2, -1, 3, 1)
    colour = ascending(edges.where(inner[:, None], math.inf)).gather(-1, middle)
    lowest, highest = lowest.amin(dim=-1), highest.amax(dim=-1)
    difference = torch.maximum(highest - colour, colour - lowest).amax(dim=2)
    difference = torch.stack([difference[0], difference[1].flip(-1)])
    other = difference > ONE_COLOUR
    start = other.float().argmax(dim=-1, keepdim=True)  # the first row that isn't of one colour
    # An edge may be soft over some pixels.
    soft = (start + torch.arange(SOFT, device=planes.device)).clamp_(max=rows - 1)
    soft = torch.stack([soft[0], rows - 1 - soft[1]])
    lines = soft[:, :, None, :, None].expand(-1, -1, 3, -1, planes.shape[3])
    below = planes.expand(2, -1, -1, -1, -1).gather(3, lines) - colour[..., None]
    begins = (below.abs_().amax(dim=(2, 3)) > ANOTHER) & inner
    is_bar = other.any(dim=-1) & (begins.sum(dim=-1) >= BEGINS * columns)
    top, bottom = start[..., 0] * is_bar
    return top, bottom


CONTENT = Measure(
    "content",
    unit="of the picture",
    better=Better.HIGHER,
    high=0.05,  # a large head on plain ground
    backend="median-colour",
    threshold=0.005,  # a face whose height and width are a fourteenth of those of the picture
    required=True,
    answers_to="Blank pictures: share of the picture that differs from its ground colour",
    function=lambda picture: picture.of_planes(content_numbers)[0],
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
    function=lambda picture: share_of_bars(picture.of_planes(bar_numbers)),
    passes="no_borders",
    fails="has_borders",
)
