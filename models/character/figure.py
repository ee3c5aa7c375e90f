"""Segmentation of the figure that stands out from its background, without any weights.

It finds *a* figure, not a person: whatever lies near the middle and differs in colour from the
border of the picture. It has limits that a learned detector doesn't have:
- A pillar or a tree that stands out as well as a person counts as a visible figure.
- Two figures become one.
- A figure that is small, far from the middle of a painted background, or coloured like it is "not
  visible", or loses parts.
- A figure that fills the picture up to its border is not found.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as functional

from ..image_ops.colour import lab_from_rgb

DETECTOR = "whole_image"

WORKING_PIXELS = 4096  # px of the reduced picture; an eye still has a few, and thin lines vanish
CHUNK = 8  # frames at a time; about 25 MB each
SAMPLE_STEP = 3  # each pixel is compared with every third one across and down, to save time

LIGHTNESS_WEIGHT = 0.7  # below 1, as shading changes lightness more than hue
COLOUR_REACH = 7.0  # CIELAB units; standard deviation of the shading inside one cel colour
COLOUR_ALONE = 5.0  # CIELAB units; the same, if colours are compared without their places
PLACE_REACH = 0.18  # share of the picture's side; standard deviation of places near each other
BORDER = 2  # px of the reduced picture that count as background at the top, left and right
# Border colours count less the further away they are: the distance of one picture side counts as
# much as this difference of colour in CIELAB units, on a plain and on a painted border.
LEAST_FADE, MOST_FADE = 4.0, 25.0
# Least difference of a figure from a plain and from a painted border, in CIELAB units.
LEAST_CONTRAST, MOST_CONTRAST = 6.0, 12.0
BORDER_ODDS = 6.0  # log odds that the border is background
MIDDLE_ODDS = 1.2  # log odds that the middle is the figure; a mild preference
HALF_COLUMN = 0.3  # half the usual width of a figure, as a share of the picture's height
NARROW = 0.6  # width per height; in a narrower picture the column has the picture's whole width
EVIDENCE_WEIGHT = 0.8  # weight of a pixel's own evidence; that of similar pixels has the weight 1
ROUNDS = 8  # of mean-field inference; the outline hardly changes after about five

LEAST_SHARE = 0.02  # of the picture; a smaller figure has fewer than 80 working pixels
# Least `Figures.clearness` of a figure. Without a figure, 43 crops of two painted backgrounds, of
# noise and of gradients had 0.50–0.79. Drawn characters had at least 0.82 on plain and softly
# shaded backgrounds, and 0.68–0.91 on painted ones; the lowest values came from small figures in
# wide pictures. So some painted pictures of a person count as "not visible", which is better than
# a number measured on the background.
LEAST_CLEARNESS = 0.80


@dataclass(frozen=True, eq=False)
class Figures:
    """The figures of some frames, on a reduced picture.

    Attributes:
        lab: reduced pictures in CIELAB, shape (frames, height, width, 3).
        weight: probability that a pixel belongs to the figure, 0–1, shape (frames, height, width).
        boxes: left, top, right, bottom as shares of the picture, shape (frames, 4).
        clearness: share of pixels that colour alone classifies correctly as figure or background,
            from 0.5 (no better than chance) to 1, shape (frames,).
        visible: True if the figure is large and clear enough to be one, shape (frames,).
    """

    lab: torch.Tensor
    weight: torch.Tensor
    boxes: torch.Tensor
    clearness: torch.Tensor
    visible: torch.Tensor

    def single(self, frame: int) -> "Figures":
        """Return the figure of one frame, as a batch of one."""
        one = slice(frame, frame + 1)
        return Figures(
            self.lab[one],
            self.weight[one],
            self.boxes[one],
            self.clearness[one],
            self.visible[one],
        )


def join(figures: Sequence[Figures]) -> Figures:
    """Join figures of pictures of the same size into one batch."""
    return Figures(
        torch.cat([each.lab for each in figures]),
        torch.cat([each.weight for each in figures]),
        torch.cat([each.boxes for each in figures]),
        torch.cat([each.clearness for each in figures]),
        torch.cat([each.visible for each in figures]),
    )


def find_figures(frames: torch.Tensor) -> Figures:
    """Find the figure of every frame.

    Method: the evidence of each pixel is the distance of its colour to the nearest border colours,
    and a mild preference for the middle. A few rounds of mean-field inference with a bilateral
    kernel (Krähenbühl and Koltun 2011) over sampled pixels follow. They give pixels that are near
    each other in colour and place similar probabilities.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3); a few at a time, see `chunks`.

    Returns:
        The figures, on the device of `frames`.

    Examples:
        >>> frames = torch.full((1, 64, 64, 3), 0.9)  # a plain background …
        >>> frames[:, 16:, 20:44] = torch.tensor([0.7, 0.1, 0.2])  # … and a red figure
        >>> figures = find_figures(frames)
        >>> figures.visible.tolist()
        [True]
        >>> [round(edge, 2) for edge in figures.boxes[0].tolist()]
        [0.31, 0.25, 0.69, 1.0]
    """
    lab = lab_from_rgb(_reduced(frames))
    count, height, width, _ = lab.shape
    weighted = lab * lab.new_tensor([LIGHTNESS_WEIGHT, 1.0, 1.0])
    y, x = _places(height, width, lab)
    side = (height * width) ** 0.5
    place = torch.stack([y * height, x * width], dim=-1).view(1, -1, 2).expand(count, -1, 2) / side
    colour = weighted.view(count, -1, 3)

    evidence = _contrast_with_border(colour, place, height, width) + _middle(x, width / height)
    weight = mean_field_weights(evidence, colour, place, (height, width))
    clearness = _clearness(weight, colour, (height, width))
    share = (weight > 0.5).float().mean(dim=(1, 2))
    visible = (share >= LEAST_SHARE) & (clearness >= LEAST_CLEARNESS)
    return Figures(lab, weight, _boxes(weight), clearness, visible)


def chunks(frames: torch.Tensor, device: torch.device | None = None) -> Iterator[torch.Tensor]:
    """Yield the frames in batches small enough to work on, each moved to `device`."""
    for piece in frames.split(CHUNK):
        yield piece if device is None else piece.to(device)


def _reduced(frames: torch.Tensor) -> torch.Tensor:
    """Return the frames reduced to about `WORKING_PIXELS`, by area means to avoid aliasing."""
    height, width = frames.shape[1:3]
    scale = min(1.0, (WORKING_PIXELS / (height * width)) ** 0.5)
    size = (max(round(height * scale), 2 * BORDER + 1), max(round(width * scale), 2 * BORDER + 1))
    return functional.interpolate(frames.movedim(-1, 1), size=size, mode="area").movedim(1, -1)


def _places(height: int, width: int, like: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the pixel centres as shares of height and width, each of shape (height, width)."""
    y = (torch.arange(height, device=like.device, dtype=like.dtype) + 0.5) / height
    x = (torch.arange(width, device=like.device, dtype=like.dtype) + 0.5) / width
    rows, columns = torch.meshgrid(y, x, indexing="ij")
    return rows, columns


def distances(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Return the Euclidean distances of all pairs of rows.

    They are computed pair by pair. With a matrix product, the last bits of a frame's result would
    depend on the batch that the frame is in.
    """
    return torch.cdist(first, second, compute_mode="donot_use_mm_for_euclid_dist")


def _contrast_with_border(
    colour: torch.Tensor, place: torch.Tensor, height: int, width: int
) -> torch.Tensor:
    """Return the log odds that a pixel is figure, from border colours, shape (frames, pixels).

    The bottom border is left out, as it often cuts the character. A border colour counts less the
    further away it is: a soft gradient is then background, and a dress with the colour of a far
    corner is not. On a plain border a small contrast is enough; on a painted one more is needed.
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
    """Return the log odds that a pixel is figure, from its place: high in the middle column."""
    offset = (x.flatten() - 0.5) * max(aspect, NARROW) / HALF_COLUMN
    return MIDDLE_ODDS * (1 - offset**2).clamp(min=-2)


def mean_field_weights(
    evidence: torch.Tensor, colour: torch.Tensor, place: torch.Tensor, size: tuple[int, int]
) -> torch.Tensor:
    """Return the probability that a pixel is figure, shape (frames, height, width).

    Method: mean-field inference, see `find_figures`.

    Args:
        evidence: log odds that each pixel by itself is figure, shape (frames, pixels).
        colour: colours in weighted CIELAB, shape (frames, pixels, 3).
        place: places as shares of the picture's side, shape (frames, pixels, 2).
        size: height and width in pixels.
    """
    samples = sample_indices(size, colour.device)
    features = torch.cat([colour / COLOUR_REACH, place / PLACE_REACH], dim=-1)
    alike = distances(features, features[:, samples]).square_().mul_(-0.5).exp_()
    weight = torch.sigmoid(evidence)
    for _ in range(ROUNDS):
        votes = torch.stack([weight[:, samples], 1 - weight[:, samples]], dim=-1)
        # The votes of each side are divided by the root of their sum. Without it the background
        # outvotes a small figure; divided by the whole sum, a small figure grows too large.
        votes = votes / votes.sum(dim=1, keepdim=True).clamp(min=1e-6).sqrt()
        figure, background = (alike @ votes).unbind(-1)
        odds = torch.log((figure + 1e-4) / (background + 1e-4))
        weight = torch.sigmoid(odds + EVIDENCE_WEIGHT * evidence).view(-1, 1, *size)
        weight = functional.avg_pool2d(weight, 3, 1, 1, count_include_pad=False).flatten(1)
    return weight.view(-1, *size)


def _clearness(weight: torch.Tensor, colour: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Return the share of pixels that colour alone classifies correctly; see `Figures.clearness`.

    It is high for a figure, whose colours differ from its surroundings. It is low for a patch of a
    landscape.
    """
    samples = sample_indices(size, colour.device)
    colours, figure = colour[:, samples], weight.flatten(1)[:, samples]
    alike = (distances(colours, colours) / COLOUR_ALONE).square_().mul_(-0.5).exp_()
    votes = torch.stack([figure**2, (1 - figure) ** 2], dim=-1)  # unsure pixels count little
    votes = votes / votes.sum(dim=1, keepdim=True).clamp(min=1e-6)
    by_colour = alike @ votes
    probability = by_colour / by_colour.sum(dim=-1, keepdim=True).clamp(min=1e-6)
    return (probability * votes).sum(dim=(1, 2)) / 2


def sample_indices(size: tuple[int, int], device: torch.device) -> torch.Tensor:
    """Return the indices, in the flattened picture, of a regular grid of sampled pixels."""
    places = torch.arange(size[0] * size[1], device=device).view(size)
    return places[1::SAMPLE_STEP, 1::SAMPLE_STEP].flatten()


def _boxes(weight: torch.Tensor) -> torch.Tensor:
    """Return the box of each figure as shares of the picture.

    One hundredth of the figure may lie outside of each edge, so that single pixels don't count.
    """
    sure = torch.where(weight > 0.5, weight, 0.0)
    edges = []
    for axis in (1, 2):  # sums over rows give left and right, sums over columns top and bottom
        along = sure.sum(dim=axis).cumsum(dim=-1)
        share = along / along[:, -1:].clamp(min=1e-6)
        length = share.shape[1]
        start = (share < 0.01).sum(dim=1) / length
        end = ((share < 0.99).sum(dim=1) + 1).clamp(max=length) / length
        edges.append((start, end))
    (left, right), (top, bottom) = edges
    return torch.stack([left, top, right, bottom], dim=1)
