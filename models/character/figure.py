"""Figures on reduced pictures: colours and outline of one figure in each picture."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

import torch

from ..image_ops.area_mean import area_mean
from ..image_ops.colour import lab_from_rgb
from ..rgb_frames import Frames
from .cut_out import reduced_size

WORKING_PIXELS = 4096  # px of the reduced picture; an eye still has a few, and thin lines vanish
CHUNK = 8  # frames at a time; about 25 MB each


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
        is_cut: True if the picture's lower border may cut the figure, shape (frames,).
    """

    lab: torch.Tensor
    weight: torch.Tensor
    boxes: torch.Tensor
    clearness: torch.Tensor
    visible: torch.Tensor
    is_cut: torch.Tensor

    def single(self, frame: int) -> "Figures":
        """Return the figure of one frame, as a batch of one."""
        one = slice(frame, frame + 1)
        return Figures(*(getattr(self, each.name)[one] for each in fields(self)))

    def to(self, device: torch.device) -> "Figures":
        """Return the figures on a device."""
        return Figures(*(getattr(self, each.name).to(device) for each in fields(self)))


def join(figures: Sequence[Figures]) -> Figures:
    """Join figures of pictures of the same size into one batch."""
    names = [each.name for each in fields(Figures)]
    return Figures(*(torch.cat([getattr(each, name) for each in figures]) for name in names))


def figures_in_masks(
    fine: torch.Tensor, masks: torch.Tensor, clearness: torch.Tensor, visible: torch.Tensor
) -> Figures:
    """Return figures on the working picture, in the colours inside their masks only.

    Args:
        fine: RGB in 0–1, reduced to `CUT_PIXELS`, shape (frames, height, width, 3).
        masks: True for each pixel of a figure, shape (frames, height, width).
        clearness: see `Figures.clearness`.
        visible: see `Figures.visible`.
    """
    size = reduced_size(fine.shape[1:3], WORKING_PIXELS)
    inside = masks[..., None].float()
    layers = torch.cat([lab_from_rgb(fine) * inside, inside], dim=-1)
    small = area_mean(layers.movedim(-1, 1), size).movedim(1, -1)
    weight = small[..., 3]
    lab = small[..., :3] / weight[..., None].clamp(min=1e-3)
    weight = torch.where(weight > 0.5, weight, 0.0)
    return Figures(lab, weight, boxes_of(weight), clearness, visible, masks[:, -1].any(dim=1))


def upper_parts(figures: Figures, share: float) -> Figures:
    """Return the upper part of each figure, as if the picture ended there.

    Args:
        figures: figures of some frames.
        share: share of the figure's height that is kept.
    """
    rows = torch.arange(figures.weight.shape[1], device=figures.weight.device)
    top, bottom = figures.boxes[:, 1], figures.boxes[:, 3]
    ends = ((top + share * (bottom - top)) * len(rows)).round()
    weight = torch.where((rows < ends[:, None])[..., None], figures.weight, 0.0)
    return replace(figures, weight=weight, boxes=boxes_of(weight))


def chunks(frames: Frames, device: torch.device | None = None) -> Iterator[torch.Tensor]:
    """Yield the frames in batches small enough to work on, each moved to `device`."""
    for start in range(0, len(frames), CHUNK):
        piece = frames[start : start + CHUNK]
        yield piece if device is None else piece.to(device)


def boxes_of(weight: torch.Tensor) -> torch.Tensor:
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
