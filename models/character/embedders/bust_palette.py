"""Embeddings of head and shoulders: colours of hair, eyes and outfit, and coarse lines.

Every bust is resampled to one size and position of the face, the normalised bust. Hair, eyes and
outfit then lie in the same places, whatever the size of the face in the picture. In the normalised
bust the figure is segmented as in `figure`, with the usual silhouette of a bust as evidence.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import torch

from ...image_ops.colour import lab_from_rgb
from ..detection import Box, Detection
from ..detectors.bust import ABOVE, BELOW, HEAD, SIDES, radius
from ..figure import CHUNK
from ..mean_field import LIGHTNESS_WEIGHT, distances, mean_field_weights
from .distributions import (
    PLANE_BINS,
    colour_bins,
    colour_weight,
    histogram,
    line_strength,
    soft_bin,
)

FACE_PIXELS = 18  # px of a face's width in the normalised bust; an eye still has a few
HEIGHT, WIDTH = round((ABOVE + BELOW) * FACE_PIXELS), round(2 * SIDES * FACE_PIXELS)

# Weights of the embedding's parts; they add up to 1. Eyes close and lines move with every
# expression, so their weights are low.
HAIR, EYES, OUTFIT, LINES = 0.40, 0.10, 0.45, 0.05
# The bins are coarser in lightness than those of the whole figure, as shaded hair fills half of a
# bust.
LIGHTNESS_BINS, LIGHTNESS_STEP = 3, 50.0
ROWS, COLUMNS = 6, 6  # cells in which the lines are counted
COLOURS = LIGHTNESS_BINS * PLANE_BINS**2

# Busts are scaled to the same brightness of the cheeks, so that a character is the same by day and
# by night. This is about the value of the strongest channel of drawn skin in light.
CHEEK_BRIGHTNESS = 0.93
LEAST_CHEEK = 0.15  # darker cheeks are drawn in a dark colour, and not scaled further

# Log odds that a pixel is figure, from the silhouette: factor of its depth, lowest and highest.
SILHOUETTE_ODDS, LEAST_ODDS, MOST_ODDS = 6.0, -4.0, 3.0
# Log odds from the distance to the colours well outside of the silhouette: the distance in CIELAB
# units at which figure and background are equally likely, and the largest log odds.
CONTRAST, CONTRAST_ODDS = 10.0, 2.0
# Outside colours count less the further away they are: one face width counts as much as this
# difference of colour in CIELAB units.
FADE = 10.0
OUTSIDE = -0.35  # face widths; a place this far outside of the silhouette is background
NOWHERE = 1e3  # colour of pixels beyond the picture, far from all real colours

# Least share of the outfit inside the picture; with less, the outfit isn't described or compared.
LEAST_OUTFIT = 0.25


class BustMaps(NamedTuple):
    """Maps of the normalised bust, each of shape (height, width).

    Attributes:
        across: distance to the right of the face's middle, in face widths.
        down: distance below the chin, in face widths.
        silhouette: depth inside the usual outline of a bust, in face widths; below 0 outside.
        hair, eyes, outfit, cheeks: degree to which each place belongs to this part, 0–1.
    """

    across: torch.Tensor
    down: torch.Tensor
    silhouette: torch.Tensor
    hair: torch.Tensor
    eyes: torch.Tensor
    outfit: torch.Tensor
    cheeks: torch.Tensor


@lru_cache(maxsize=4)
def bust_maps(device: torch.device) -> BustMaps:
    """Return the maps of the normalised bust, on a device."""
    down = (torch.arange(HEIGHT, device=device) + 0.5) / FACE_PIXELS - ABOVE
    across = (torch.arange(WIDTH, device=device) + 0.5) / FACE_PIXELS - SIDES
    y, x = torch.meshgrid(down, across, indexing="ij")
    outfit = _smooth_step(y, -0.05, 0.45)
    return BustMaps(
        across=x,
        down=y,
        silhouette=torch.maximum(1 - radius(x, y, *HEAD), _body(x, y)),
        hair=(1 - outfit) * _smooth_step(radius(x, y, -0.45, 0.62, 0.55), 0.8, 1.1),
        eyes=(1 - _smooth_step((y + 0.55).abs(), 0.15, 0.35))
        * (1 - _smooth_step(x.abs(), 0.45, 0.65)),
        outfit=outfit,
        cheeks=1 - _smooth_step(radius(x, y, -0.28, 0.4, 0.22), 0.8, 1.1),
    )


def _smooth_step(value: torch.Tensor, start: float, end: float) -> torch.Tensor:
    """Return a smooth step: 0 up to `start`, 1 from `end` on."""
    share = ((value - start) / (end - start)).clamp(0, 1)
    return share * share * (3 - 2 * share)


def _body(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return the depth inside neck and shoulders, whose width grows from the chin down."""
    half = 0.35 + ((y - 0.05) / 0.75).clamp(0, 1)
    return torch.where(y > -0.15, half - x.abs(), -1.0)


def embed_busts(
    frames: torch.Tensor, detections: Sequence[Sequence[Detection]], device: torch.device
) -> torch.Tensor:
    """Return the embeddings of head and shoulders of all detections in some frames.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        detections: detections of each frame; `box` is taken for the face if `face` is None.
        device: device to compute on.

    Returns:
        Square roots of distributions, each times the root of its part's weight, shape
        (detections, dimensions), on the CPU. An outfit outside of the picture is all 0.
    """
    parts = [
        _normalised_busts(frame.to(device), [each.face or each.box for each in row])
        for frame, row in zip(frames, detections, strict=True)
        if row
    ]
    if not parts:
        return torch.zeros(0, 3 * COLOURS + ROWS * COLUMNS)
    busts, inside = (torch.cat(each).split(CHUNK) for each in zip(*parts, strict=True))
    return torch.cat([_bust_embeddings(*each).cpu() for each in zip(busts, inside, strict=True)])


def bust_similarities(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Return the similarities of busts by the parts that both show; see `palette.similarities`."""
    if not len(first) or not len(second):
        return torch.zeros(len(first), len(second))
    part_lengths = [
        torch.stack([part.square().sum(dim=1) for part in _parts(each.double())], dim=1).sqrt()
        for each in (first, second)
    ]
    common = (part_lengths[0] @ part_lengths[1].T).clamp(min=1e-9)
    return (first.double() @ second.double().T / common).clamp(0, 1).float()


def _parts(embeddings: torch.Tensor) -> tuple[torch.Tensor, ...]:
    return embeddings.split([COLOURS, COLOURS, COLOURS, ROWS * COLUMNS], dim=1)


def _normalised_busts(
    picture: torch.Tensor, faces: Sequence[Box]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the normalised busts around some faces of a picture.

    Returns:
        Pictures of shape (busts, height, width, 3), and the share of each pixel that lies in the
        picture, shape (busts, height, width).
    """
    import torchvision.ops  # noqa: F401 - registers the operation; the import takes a second

    height, width = picture.shape[:2]
    edges = []
    for face in faces:
        across = (face.right - face.left) * width
        middle, chin = (face.left + face.right) / 2 * width, face.bottom * height
        upper = (middle - SIDES * across, chin - ABOVE * across)
        lower = (middle + SIDES * across, chin + BELOW * across)
        edges.append((*upper, *lower))
    first_picture = [(0.0, *each) for each in edges]
    places = torch.tensor(first_picture, dtype=picture.dtype, device=picture.device)
    layers = torch.cat([picture, torch.ones_like(picture[..., :1])], dim=-1).movedim(-1, 0)[None]
    # The operation itself, not torchvision's function: with `--deterministic` that compiles another
    # one with Triton. Only the gradient of the operation isn't deterministic.
    crop = torch.ops.torchvision.roi_align
    crops = crop(layers, places, 1.0, HEIGHT, WIDTH, -1, True)
    inside = crops[:, 3]
    return (crops[:, :3] / inside[:, None].clamp(min=1e-3)).clamp(0, 1).movedim(1, -1), inside


def _bust_embeddings(busts: torch.Tensor, inside: torch.Tensor) -> torch.Tensor:
    maps = bust_maps(busts.device)
    lab = lab_from_rgb(_with_equal_light(busts, inside, maps))
    weight = _figure(lab, inside, maps)
    colours = colour_bins(lab, LIGHTNESS_BINS, LIGHTNESS_STEP)
    weighted = weight * colour_weight(lab)
    cells = (
        soft_bin(((maps.down + ABOVE) / (ABOVE + BELOW) * (ROWS - 1)).expand_as(weight), ROWS),
        soft_bin(((maps.across / SIDES + 1) / 2 * (COLUMNS - 1)).expand_as(weight), COLUMNS),
    )
    outfit = maps.outfit * (maps.silhouette > 0)
    has_outfit = (outfit * inside).sum(dim=(1, 2)) >= LEAST_OUTFIT * outfit.sum()
    parts = (
        (HAIR, histogram(weighted * maps.hair, colours)),
        (EYES, histogram(weighted * maps.eyes, colours)),
        (OUTFIT, histogram(weighted * maps.outfit, colours) * has_outfit[:, None]),
        (LINES, histogram(weight * line_strength(lab) * (1 - maps.outfit), cells)),
    )
    return torch.cat([(part * share).sqrt() for share, part in parts], dim=1)


def _with_equal_light(busts: torch.Tensor, inside: torch.Tensor, maps: BustMaps) -> torch.Tensor:
    """Return the busts scaled so that all cheeks are equally bright."""
    cheeks = inside * maps.cheeks
    brightness = (busts.amax(dim=-1) * cheeks).sum(dim=(1, 2))
    brightness = brightness / cheeks.sum(dim=(1, 2)).clamp(min=1e-6)
    gain = CHEEK_BRIGHTNESS / brightness.clamp(min=LEAST_CHEEK)
    return (busts * gain[:, None, None, None]).clamp(0, 1)


def _figure(lab: torch.Tensor, inside: torch.Tensor, maps: BustMaps) -> torch.Tensor:
    """Return the probability that each pixel is figure, 0–1, shape (busts, height, width)."""
    count = len(lab)
    weighted = lab * lab.new_tensor([LIGHTNESS_WEIGHT, 1.0, 1.0])
    beyond = inside < 0.5
    colour = torch.where(beyond[..., None], NOWHERE, weighted).flatten(1, 2)
    place = torch.stack([maps.down, maps.across], dim=-1).view(1, -1, 2).expand(count, -1, -1)

    outside = (maps.silhouette < OUTSIDE).flatten()
    features = torch.cat([colour, FADE * place], dim=-1)
    nearest = distances(features, features[:, outside]).amin(dim=-1)
    contrast = ((nearest - CONTRAST) / (CONTRAST / 2)).clamp(-CONTRAST_ODDS, CONTRAST_ODDS)
    prior = (SILHOUETTE_ODDS * maps.silhouette).clamp(LEAST_ODDS, MOST_ODDS).flatten()
    evidence = prior + torch.where(outside, 0.0, contrast)
    side = (HEIGHT * WIDTH) ** 0.5 / FACE_PIXELS
    return mean_field_weights(evidence, colour, place / side, (HEIGHT, WIDTH)) * inside
