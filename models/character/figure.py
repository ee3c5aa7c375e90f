"""Where the character is, without any weights: the figure that stands out from its background.

It finds *a* figure, not a person: whatever stands towards the middle and differs from what lies
along the border. So it can't do these, and a learned detector can:
- tell a person from a pillar or a tree that stands out just as well: that counts as visible;
- tell two figures apart: they become one;
- find a figure that is small, far from the middle of a painted background, or coloured like it:
  such a frame is "not visible", or loses parts of the figure;
- find a figure that fills the picture to its border with nothing behind it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as functional

from ..image_ops.colour import lab_from_rgb

DETECTOR = "whole_image"

WORKING_PIXELS = 4096  # of the reduced picture: an eye is still a few pixels, and lines melt away
CHUNK = 8  # frames at a time; about 25 MB each
SAMPLE_STEP = 3  # every third pixel each way stands for all when colours are compared

LIGHTNESS_WEIGHT = 0.7  # shading moves lightness more than hue, so lightness says less
COLOUR_REACH = 7.0  # CIELAB units within which two pixels look alike: shading inside one cel colour
COLOUR_ALONE = 5.0  # the same where place doesn't help
PLACE_REACH = 0.18  # of the picture's side: how near two pixels must be to belong together
BORDER = 2  # px of the reduced picture that are background at the top, left and right …
LEAST_FADE, MOST_FADE = 4.0, 25.0  # … CIELAB units that a border colour is off a side away
LEAST_CONTRAST, MOST_CONTRAST = 6.0, 12.0  # CIELAB units off the border: a plain one, a painted one
BORDER_ODDS = 6.0  # log odds that the border is background
MIDDLE_ODDS = 1.2  # log odds that the middle is the figure: a preference, no more
HALF_COLUMN = 0.3  # of the picture's height: half of what a figure takes across …
NARROW = 0.6  # … down to this width per height; in narrower pictures it is the whole width
EVIDENCE_WEIGHT = 0.8  # of a pixel's own evidence against what its neighbours say
ROUNDS = 8  # the outline has settled after about five

LEAST_SHARE = 0.02  # of the picture; a smaller figure has under 80 working pixels
# See `Figures.clearness`. None of 43 cut-outs of two painted backgrounds, of noise and of gradients
# reached it (0.50–0.79); drawn characters were at 0.82 and above on plain and softly shaded grounds
# and at 0.68–0.91 on painted ones, lowest where the figure takes a small part of a wide picture. So
# some painted pictures with somebody in them count as "not visible": rather that than a number.
LEAST_CLEARNESS = 0.80


@dataclass(frozen=True, eq=False)
class Figures:
    """The figures of some frames, on a reduced picture.

    Attributes:
        lab: the reduced pictures, CIELAB, shape (frames, height, width, 3).
        weight: how surely each pixel belongs to the figure, 0–1, shape (frames, height, width).
        boxes: left, top, right, bottom as shares of the picture, shape (frames, 4).
        clearness: how well colour alone tells figure from background, from 0.5 (not at all) to 1,
            shape (frames,).
        visible: whether there is a figure to speak of, shape (frames,).
    """

    lab: torch.Tensor
    weight: torch.Tensor
    boxes: torch.Tensor
    clearness: torch.Tensor
    visible: torch.Tensor

    def only(self, frame: int) -> "Figures":
        """The figure of one frame."""
        one = slice(frame, frame + 1)
        return Figures(
            self.lab[one],
            self.weight[one],
            self.boxes[one],
            self.clearness[one],
            self.visible[one],
        )


def join(figures: Sequence[Figures]) -> Figures:
    """Figures of pictures of one size, as one batch."""
    return Figures(
        torch.cat([each.lab for each in figures]),
        torch.cat([each.weight for each in figures]),
        torch.cat([each.boxes for each in figures]),
        torch.cat([each.clearness for each in figures]),
        torch.cat([each.visible for each in figures]),
    )


def find_figures(frames: torch.Tensor) -> Figures:
    """Find the figure of every frame.

    Method: each pixel starts from its colour's distance to the nearest border colours and from a
    mild preference for the middle; then every pixel asks those that are near it in colour and
    place whether they are figure or background, in a few rounds: mean-field inference with a
    bilateral kernel, after Krähenbühl and Koltun 2011, over sampled pixels.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3); a chunk, see `chunks`.

    Returns:
        The figures, on the device of `frames`.
    """
    lab = lab_from_rgb(_reduced(frames))
    count, height, width, _ = lab.shape
    weighted = lab * lab.new_tensor([LIGHTNESS_WEIGHT, 1.0, 1.0])
    y, x = _places(height, width, lab)
    side = (height * width) ** 0.5
    place = torch.stack([y * height, x * width], dim=-1).view(1, -1, 2).expand(count, -1, 2) / side
    colour = weighted.view(count, -1, 3)

    evidence = _contrast_with_border(colour, place, height, width) + _middle(x, width / height)
    weight = settled(evidence, colour, place, (height, width))
    clearness = _clearness(weight, colour, (height, width))
    share = (weight > 0.5).float().mean(dim=(1, 2))
    visible = (share >= LEAST_SHARE) & (clearness >= LEAST_CLEARNESS)
    return Figures(lab, weight, _boxes(weight), clearness, visible)


def chunks(frames: torch.Tensor, device: torch.device | None = None) -> Iterator[torch.Tensor]:
    """The frames in pieces small enough to work on, moved to `device` one by one."""
    for piece in frames.split(CHUNK):
        yield piece if device is None else piece.to(device)


def _reduced(frames: torch.Tensor) -> torch.Tensor:
    """Frames brought to about `WORKING_PIXELS`, whatever their size: area means, no aliasing."""
    height, width = frames.shape[1:3]
    scale = min(1.0, (WORKING_PIXELS / (height * width)) ** 0.5)
    size = (max(round(height * scale), 2 * BORDER + 1), max(round(width * scale), 2 * BORDER + 1))
    return functional.interpolate(frames.movedim(-1, 1), size=size, mode="area").movedim(1, -1)


def _places(height: int, width: int, like: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Centres of the pixels as shares of height and width, each of shape (height, width)."""
    y = (torch.arange(height, device=like.device, dtype=like.dtype) + 0.5) / height
    x = (torch.arange(width, device=like.device, dtype=like.dtype) + 0.5) / width
    rows, columns = torch.meshgrid(y, x, indexing="ij")
    return rows, columns


def distances(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Euclidean distances, pair by pair: one frame gives exactly what it gives among many."""
    return torch.cdist(first, second, compute_mode="donot_use_mm_for_euclid_dist")


def _contrast_with_border(
    colour: torch.Tensor, place: torch.Tensor, height: int, width: int
) -> torch.Tensor:
    """Log odds of being figure by the distance to the border's colours, (frames, pixels).

    Not the bottom: characters are cut by it. A colour of the border counts for less the further
    off it is, so that soft gradients are background and a dress like the far corner is not. On a
    plain border a small contrast is enough; on a painted one it is not.
    """
    grid = colour.view(-1, height, width, 3)
    sides = torch.cat([grid[:, :, 0], grid[:, 0], grid[:, :, -1]], dim=1)
    roughness = (sides[:, 2:] - sides[:, :-2]).norm(dim=-1).mean(dim=1)[:, None]
    needed = (2 * roughness).clamp(LEAST_CONTRAST, MOST_CONTRAST)
    painted = (needed - LEAST_CONTRAST) / (MOST_CONTRAST - LEAST_CONTRAST)
    fade = LEAST_FADE + painted * (MOST_FADE - LEAST_FADE)

    border = torch.zeros(height, width, dtype=torch.bool, device=colour.device)
    border[:BORDER] = border[:, :BORDER] = border[:, -BORDER:] = True
    index = border.flatten().nonzero()[:, 0]
    features = torch.cat([colour, place * fade[..., None]], dim=-1)
    nearest = distances(features, features[:, index]).amin(dim=-1)
    evidence = ((nearest - needed) / (needed / 2)).clamp(-2, 3) * (MOST_CONTRAST / needed)
    evidence[:, index] = -BORDER_ODDS
    return evidence


def _middle(x: torch.Tensor, aspect: float) -> torch.Tensor:
    """Log odds of being figure by place: a column in the middle, as wide as a figure is."""
    offset = (x.flatten() - 0.5) * max(aspect, NARROW) / HALF_COLUMN
    return MIDDLE_ODDS * (1 - offset**2).clamp(min=-2)


def settled(
    evidence: torch.Tensor, colour: torch.Tensor, place: torch.Tensor, size: tuple[int, int]
) -> torch.Tensor:
    """Weights after each pixel has asked those that are near it in colour and place."""
    stand_ins = sampled(size, colour.device)
    features = torch.cat([colour / COLOUR_REACH, place / PLACE_REACH], dim=-1)
    alike = distances(features, features[:, stand_ins]).square_().mul_(-0.5).exp_()
    weight = torch.sigmoid(evidence)
    for _ in range(ROUNDS):
        votes = torch.stack([weight[:, stand_ins], 1 - weight[:, stand_ins]], dim=-1)
        # By the root of their number: outvoting a small figure and inflating it are both wrong.
        votes = votes / votes.sum(dim=1, keepdim=True).clamp(min=1e-6).sqrt()
        figure, background = (alike @ votes).unbind(-1)
        odds = torch.log((figure + 1e-4) / (background + 1e-4))
        weight = torch.sigmoid(odds + EVIDENCE_WEIGHT * evidence).view(-1, 1, *size)
        weight = functional.avg_pool2d(weight, 3, 1, 1, count_include_pad=False).flatten(1)
    return weight.view(-1, *size)


def _clearness(weight: torch.Tensor, colour: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """How often a pixel's colour alone says rightly whether it is figure or background.

    A figure has colours of its own; a cut-out of a landscape has those of the rest.
    """
    stand_ins = sampled(size, colour.device)
    colours, surely = colour[:, stand_ins], weight.flatten(1)[:, stand_ins]
    alike = (distances(colours, colours) / COLOUR_ALONE).square_().mul_(-0.5).exp_()
    votes = torch.stack([surely**2, (1 - surely) ** 2], dim=-1)  # the sure ones decide
    votes = votes / votes.sum(dim=1, keepdim=True).clamp(min=1e-6)
    said = alike @ votes
    rightly = said / said.sum(dim=-1, keepdim=True).clamp(min=1e-6)
    return (rightly * votes).sum(dim=(1, 2)) / 2


def sampled(size: tuple[int, int], device: torch.device) -> torch.Tensor:
    """Places, in the flattened picture, of the pixels that stand for all."""
    places = torch.arange(size[0] * size[1], device=device).view(size)
    return places[1::SAMPLE_STEP, 1::SAMPLE_STEP].flatten()


def _boxes(weight: torch.Tensor) -> torch.Tensor:
    """Box around all but the outermost hundredths of each figure, as shares of the picture."""
    sure = torch.where(weight > 0.5, weight, 0.0)
    edges = []
    for axis in (1, 2):  # summed over rows: where across; over columns: where down
        along = sure.sum(dim=axis).cumsum(dim=-1)
        share = along / along[:, -1:].clamp(min=1e-6)
        length = share.shape[1]
        start = (share < 0.01).sum(dim=1) / length
        end = ((share < 0.99).sum(dim=1) + 1).clamp(max=length) / length
        edges.append((start, end))
    (left, right), (top, bottom) = edges
    return torch.stack([left, top, right, bottom], dim=1)
