"""How a character looks in head and shoulders: colours of hair, eyes and outfit, coarse lines.

The face says where to look: every bust is brought to one frame around it, so that hair, eyes and
outfit always lie in the same places, whatever the size of the face. In this frame figure and
background are told apart as in `figure`, from a silhouette that busts have in common.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import torch

from ...image_ops.colour import lab_from_rgb
from ..detection import Box, Detection
from ..detectors.bust import ABOVE, BELOW, SIDES
from ..figure import CHUNK, LIGHTNESS_WEIGHT, distances, settled
from .distributions import PLANE_BINS, between, colour_bins, histogram, line_strength, telling

FACE_PIXELS = 18  # a face's width in the common frame: an eye is still a few pixels
HEIGHT, WIDTH = round((ABOVE + BELOW) * FACE_PIXELS), round(2 * SIDES * FACE_PIXELS)

# Parts of the descriptor and what each weighs (they add up to 1). Eyes close and lines move with
# every expression, so they say little.
HAIR, EYES, OUTFIT, LINES = 0.40, 0.10, 0.45, 0.05
# Coarser in lightness than the whole figure's bins: shade on hair is half of what a bust shows.
LIGHTNESS_BINS, LIGHTNESS_STEP = 3, 50.0
ROWS, COLUMNS = 6, 6  # of the coarse line structure
COLOURS = LIGHTNESS_BINS * PLANE_BINS**2

# Cheeks are brought to one brightness: under a lamp and at dusk it is the same girl. Drawn skin in
# light has about this much of its strongest channel.
CHEEK_BRIGHTNESS = 0.93
LEAST_CHEEK = 0.15  # a darker one says more of the picture than of the light

# Log odds of being figure: by the silhouette, and by the distance to colours well outside of it.
SILHOUETTE_ODDS, LEAST_ODDS, MOST_ODDS = 6.0, -4.0, 3.0
CONTRAST, CONTRAST_ODDS = 10.0, 2.0  # CIELAB units that are as likely figure as not
FADE = 10.0  # CIELAB units that a colour outside is off a face's width away
OUTSIDE = -0.35  # this far outside of the silhouette, in faces' widths, there is nobody
NOWHERE = 1e3  # a colour unlike all others, for what lies beyond the picture

# An outfit of which the picture shows less than this share isn't described, and isn't compared.
LEAST_OUTFIT = 0.25


class Frame(NamedTuple):
    """Where things are in the common frame, each of shape (height, width).

    Attributes:
        across, down: from the middle and from the chin, in faces' widths.
        silhouette: depth inside the usual outline of a bust, in faces' widths; below 0 outside.
        hair, eyes, outfit, cheeks: how much each place belongs to these, 0–1.
    """

    across: torch.Tensor
    down: torch.Tensor
    silhouette: torch.Tensor
    hair: torch.Tensor
    eyes: torch.Tensor
    outfit: torch.Tensor
    cheeks: torch.Tensor


@lru_cache(maxsize=4)
def frame_on(device: torch.device) -> Frame:
    """The common frame, on a device."""
    down = (torch.arange(HEIGHT, device=device) + 0.5) / FACE_PIXELS - ABOVE
    across = (torch.arange(WIDTH, device=device) + 0.5) / FACE_PIXELS - SIDES
    y, x = torch.meshgrid(down, across, indexing="ij")
    outfit = _rise(y, -0.05, 0.45)
    return Frame(
        across=x,
        down=y,
        silhouette=torch.maximum(1 - _radius(x, y, -0.75, 0.95, 1.15), _body(x, y)),
        hair=(1 - outfit) * _rise(_radius(x, y, -0.45, 0.62, 0.55), 0.8, 1.1),
        eyes=(1 - _rise((y + 0.55).abs(), 0.15, 0.35)) * (1 - _rise(x.abs(), 0.45, 0.65)),
        outfit=outfit,
        cheeks=1 - _rise(_radius(x, y, -0.28, 0.4, 0.22), 0.8, 1.1),
    )


def _rise(value: torch.Tensor, start: float, end: float) -> torch.Tensor:
    """From 0 to 1, smoothly."""
    share = ((value - start) / (end - start)).clamp(0, 1)
    return share * share * (3 - 2 * share)


def _radius(
    x: torch.Tensor, y: torch.Tensor, middle: float, across: float, down: float
) -> torch.Tensor:
    """Distance from the middle of an ellipse: 1 on its edge."""
    return ((x / across) ** 2 + ((y - middle) / down) ** 2).sqrt()


def _body(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Depth inside neck and shoulders, which widen from the chin down."""
    half = 0.35 + ((y - 0.05) / 0.75).clamp(0, 1)
    return torch.where(y > -0.15, half - x.abs(), -1.0)


def embed_busts(
    frames: torch.Tensor, detections: Sequence[Sequence[Detection]], device: torch.device
) -> torch.Tensor:
    """Describe the heads and shoulders of everybody in some frames.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        detections: for each frame, who is in it; with `face`, else `box` is taken for the face.
        device: where to compute.

    Returns:
        The roots of distributions, each times the root of its part's share: shape (detections,
        dimensions), on the CPU. An outfit that the picture doesn't show is all 0.
    """
    cuts = [
        _framed(frame.to(device), [each.face or each.box for each in found])
        for frame, found in zip(frames, detections, strict=True)
        if found
    ]
    if not cuts:
        return torch.zeros(0, 3 * COLOURS + ROWS * COLUMNS)
    busts, inside = (torch.cat(each).split(CHUNK) for each in zip(*cuts, strict=True))
    return torch.cat([_described(*each).cpu() for each in zip(busts, inside, strict=True)])


def bust_similarities(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """How alike busts look, over the parts that both show; see `palette.similarities`."""
    if not len(first) or not len(second):
        return torch.zeros(len(first), len(second))
    shown = [
        torch.stack([part.square().sum(dim=1) for part in _parts(each.double())], dim=1).sqrt()
        for each in (first, second)
    ]
    common = (shown[0] @ shown[1].T).clamp(min=1e-9)
    return (first.double() @ second.double().T / common).clamp(0, 1).float()


def _parts(embeddings: torch.Tensor) -> tuple[torch.Tensor, ...]:
    return embeddings.split([COLOURS, COLOURS, COLOURS, ROWS * COLUMNS], dim=1)


def _framed(picture: torch.Tensor, faces: Sequence[Box]) -> tuple[torch.Tensor, torch.Tensor]:
    """Busts in the common frame, (busts, height, width, 3), and what of it is in the picture."""
    from torchvision.ops import roi_align  # a second to load; ComfyUI brings it

    height, width = picture.shape[:2]
    edges = []
    for face in faces:
        across = (face.right - face.left) * width
        middle, chin = (face.left + face.right) / 2 * width, face.bottom * height
        upper = (middle - SIDES * across, chin - ABOVE * across)
        lower = (middle + SIDES * across, chin + BELOW * across)
        edges.append((*upper, *lower))
    places = torch.tensor(edges, dtype=picture.dtype, device=picture.device)
    layers = torch.cat([picture, torch.ones_like(picture[..., :1])], dim=-1).movedim(-1, 0)[None]
    cut = roi_align(layers, [places], (HEIGHT, WIDTH), sampling_ratio=-1, aligned=True)
    inside = cut[:, 3]
    return (cut[:, :3] / inside[:, None].clamp(min=1e-3)).clamp(0, 1).movedim(1, -1), inside


def _described(busts: torch.Tensor, inside: torch.Tensor) -> torch.Tensor:
    frame = frame_on(busts.device)
    lab = lab_from_rgb(_lit_alike(busts, inside, frame))
    weight = _figure(lab, inside, frame)
    colours = colour_bins(lab, LIGHTNESS_BINS, LIGHTNESS_STEP)
    told = weight * telling(lab)
    cells = (
        between(((frame.down + ABOVE) / (ABOVE + BELOW) * (ROWS - 1)).expand_as(weight), ROWS),
        between(((frame.across / SIDES + 1) / 2 * (COLUMNS - 1)).expand_as(weight), COLUMNS),
    )
    usual = frame.outfit * (frame.silhouette > 0)
    clothed = (usual * inside).sum(dim=(1, 2)) >= LEAST_OUTFIT * usual.sum()
    parts = (
        (HAIR, histogram(told * frame.hair, colours)),
        (EYES, histogram(told * frame.eyes, colours)),
        (OUTFIT, histogram(told * frame.outfit, colours) * clothed[:, None]),
        (LINES, histogram(weight * line_strength(lab) * (1 - frame.outfit), cells)),
    )
    return torch.cat([(part * share).sqrt() for share, part in parts], dim=1)


def _lit_alike(busts: torch.Tensor, inside: torch.Tensor, frame: Frame) -> torch.Tensor:
    """Busts made so bright that their cheeks are alike."""
    looked_at = inside * frame.cheeks
    brightness = (busts.amax(dim=-1) * looked_at).sum(dim=(1, 2))
    brightness = brightness / looked_at.sum(dim=(1, 2)).clamp(min=1e-6)
    gain = CHEEK_BRIGHTNESS / brightness.clamp(min=LEAST_CHEEK)
    return (busts * gain[:, None, None, None]).clamp(0, 1)


def _figure(lab: torch.Tensor, inside: torch.Tensor, frame: Frame) -> torch.Tensor:
    """How surely each pixel belongs to the character, 0–1, shape (busts, height, width)."""
    count = len(lab)
    weighted = lab * lab.new_tensor([LIGHTNESS_WEIGHT, 1.0, 1.0])
    beyond = inside < 0.5
    colour = torch.where(beyond[..., None], NOWHERE, weighted).flatten(1, 2)
    place = torch.stack([frame.down, frame.across], dim=-1).view(1, -1, 2).expand(count, -1, -1)

    outside = (frame.silhouette < OUTSIDE).flatten()
    features = torch.cat([colour, FADE * place], dim=-1)
    nearest = distances(features, features[:, outside]).amin(dim=-1)
    contrast = ((nearest - CONTRAST) / (CONTRAST / 2)).clamp(-CONTRAST_ODDS, CONTRAST_ODDS)
    prior = (SILHOUETTE_ODDS * frame.silhouette).clamp(LEAST_ODDS, MOST_ODDS).flatten()
    evidence = prior + torch.where(outside, 0.0, contrast)
    side = (HEIGHT * WIDTH) ** 0.5 / FACE_PIXELS
    return settled(evidence, colour, place / side, (HEIGHT, WIDTH)) * inside
