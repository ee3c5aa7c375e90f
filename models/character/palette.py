"""How a character looks, without any weights: its colours, above and below, and coarse shape.

The descriptor compares looks, not identity: the same girl in another outfit is another palette,
and twins in one uniform are one.
"""

import torch

from .figure import Figures

BACKEND = "palette"

# Parts of the descriptor and what each weighs in the similarity (they add up to 1). Colours say
# most; where they are tells a red-haired girl in blue from a blue-haired one in red; the outline
# moves with every gesture and says least.
UPPER, LOWER, OUTLINE, LINES = 0.40, 0.34, 0.16, 0.10

# Soft bins in CIELAB. Lightness is coarse, since light and shade change it first; the colour
# plane is finer. A bin is about as wide as the shading inside one cel colour.
LIGHTNESS_BINS, LIGHTNESS_STEP = 4, 33.0
PLANE_BINS, PLANE_STEP, PLANE_REACH = 11, 18.0, 90.0
# Greys (ink, white cloth, the shine of hair) belong to everybody; colours tell people apart.
GREY_COUNTS, FULL_CHROMA = 0.35, 30.0

UPPER_ENDS, LOWER_STARTS = 0.75, 0.35  # of the figure's height; between them both parts fade
ROWS, COLUMNS = 6, 4  # of the coarse outline and line structure inside the figure's box

# Below it a frame shows somebody else: the middle between what one character came to at worst and
# two characters at best. Measured over the four sample characters (motion, planted faults, other
# backgrounds, light ±20 %, other croppings) and two hand-drawn ones with every expression, on plain
# and painted backgrounds: one character 0.86–1.00, two characters 0.40–0.81.
DEFAULT_THRESHOLD = 0.84
# Where references set the threshold it stays within what those measurements allow.
LOOSEST_THRESHOLD, STRICTEST_THRESHOLD = 0.82, 0.86


def embed(figures: Figures) -> torch.Tensor:
    """Describe each figure by its colours and its coarse shape.

    Each part is a distribution (soft-binned, adding up to 1), entered by its square root: the
    product of two descriptors is then the weighted mean of their Bhattacharyya coefficients.

    Args:
        figures: of some frames.

    Returns:
        Unit vectors without negative entries, shape (frames, dimensions). What comes of a figure
        that isn't visible means nothing.
    """
    weight = figures.weight
    down, across = _places_in_box(figures)
    colours, chroma = _soft_bins(figures.lab)
    told = weight * (GREY_COUNTS + (1 - GREY_COUNTS) * (chroma / FULL_CHROMA).clamp(max=1))
    lower = ((down - LOWER_STARTS) / (UPPER_ENDS - LOWER_STARTS)).clamp(0, 1)
    lower = lower * lower * (3 - 2 * lower)
    cells = _cells(down, across)
    parts = (
        (UPPER, _histogram(told * (1 - lower), colours)),
        (LOWER, _histogram(told * lower, colours)),
        (OUTLINE, _histogram(weight, cells)),
        (LINES, _histogram(weight * _line_strength(figures.lab), cells)),
    )
    return torch.cat([(part * share).sqrt() for share, part in parts], dim=1)


Bins = tuple[tuple[torch.Tensor, torch.Tensor, int], ...]  # index, share, and count along each axis


def _soft_bins(lab: torch.Tensor) -> tuple[Bins, torch.Tensor]:
    """Where each pixel's colour falls between the bins, and its chroma."""
    lightness, a, b = lab.unbind(-1)
    return (
        _between(lightness / LIGHTNESS_STEP, LIGHTNESS_BINS),
        _between((a + PLANE_REACH) / PLANE_STEP, PLANE_BINS),
        _between((b + PLANE_REACH) / PLANE_STEP, PLANE_BINS),
    ), torch.hypot(a, b)


def _cells(down: torch.Tensor, across: torch.Tensor) -> Bins:
    """Where each pixel falls between the cells of the figure's box."""
    return _between(down * (ROWS - 1), ROWS), _between(across * (COLUMNS - 1), COLUMNS)


def _between(position: torch.Tensor, count: int) -> tuple[torch.Tensor, torch.Tensor, int]:
    """The bin below a position, and the share that goes to the one above it."""
    position = position.clamp(0, count - 1)
    below = position.floor().clamp(max=count - 2)
    return below.long(), position - below, count


def _histogram(weight: torch.Tensor, bins: Bins) -> torch.Tensor:
    """Distribution of a weight over soft bins, shape (frames, bins); each adds up to 1."""
    frames, size = weight.shape[0], 1
    index, shares = torch.zeros_like(bins[0][0])[None], weight[None]
    for below, share, count in bins:
        index = torch.cat([index * count + below, index * count + below + 1])
        shares = torch.cat([shares * (1 - share), shares * share])
        size *= count
    index, shares = (each.movedim(1, 0).reshape(frames, -1) for each in (index, shares))
    # One product of one-hot rows would be deterministic on a GPU too, but far larger; in double
    # precision the order of a sum changes nothing that float32 can show.
    total = torch.zeros(frames, size, dtype=torch.float64, device=weight.device)
    total = total.scatter_add_(1, index, shares.double())
    return (total / total.sum(dim=1, keepdim=True).clamp(min=1e-9)).float()


def _places_in_box(figures: Figures) -> tuple[torch.Tensor, torch.Tensor]:
    """How far down and across its figure's box each pixel lies, 0–1 inside it."""
    height, width = figures.weight.shape[1:]
    left, top, right, bottom = figures.boxes[:, :, None, None].unbind(1)
    y = (torch.arange(height, device=figures.lab.device) + 0.5)[None, :, None] / height
    x = (torch.arange(width, device=figures.lab.device) + 0.5)[None, None, :] / width
    down = (y - top) / (bottom - top).clamp(min=1 / height)
    across = (x - left) / (right - left).clamp(min=1 / width)
    shape = figures.weight.shape
    return down.expand(shape), across.expand(shape)


def _line_strength(lab: torch.Tensor) -> torch.Tensor:
    """How much the lightness changes around each pixel: high along drawn lines."""
    lightness = lab[..., 0]
    strength = torch.zeros_like(lightness)
    strength[:, 1:-1] += (lightness[:, 2:] - lightness[:, :-2]).abs()
    strength[:, :, 1:-1] += (lightness[:, :, 2:] - lightness[:, :, :-2]).abs()
    return strength


def similarities(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """How alike figures look, every one of `first` with every one of `second`.

    Args:
        first, second: what `embed` returned, shapes (m, dimensions) and (n, dimensions).

    Returns:
        0 (nothing in common) to 1 (the same), shape (m, n).
    """
    return (first.double() @ second.double().T).clamp(0, 1).float()
