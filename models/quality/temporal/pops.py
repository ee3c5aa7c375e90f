"""Pops: a part of the picture shows something else for up to five drawings and then returns."""

from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn.functional import avg_pool2d, interpolate

from ...dependency import require
from ...image_ops.warp import inside, warped
from ...image_ops.windows import box_mean
from ...measure import Measure, Value, short
from ...measurement import Better
from .cells import cell_means
from .light import FLASH
from .step_flow import StepFlow, flow_between
from .working_picture import WorkingPicture, grey_levels

if TYPE_CHECKING:
    from .findings import Findings

LONGEST = 5  # drawings for which a pop lasts at most
# Mean difference of the detail of a cell, in 0–1, from which the cell shows something else. It must
# also be this share of the detail itself, so that a change of light isn't something else.
OTHER, OTHER_SHARE = 12 / 255, 0.5
# A part has returned if its detail differs by less than this share of the differences where it
# popped in and out.
SAME_SHARE = 0.5
# Share of the cells that must change together, beside one another; or else so many must change
# anywhere. An eye that blinks is smaller, but for an extreme close-up.
LEAST_CELLS, LEAST_ANYWHERE = 0.028, 0.1
HALF = 0.5  # share of a cell's mask, after it was moved, from which the cell counts


@dataclass(frozen=True)
class _Drawing:
    """Drawing that a later one is compared with.

    Attributes:
        detail: detail without its finest part, shape (height, width).
        grey: detail at half the size, for the flow; uint8 on the CPU.
        amount: mean detail of each cell, 0–1.
        change: difference of each cell from the drawing before, after the motion is followed. It is
            where the cells are in the newest drawing.
        other: 1 for cells that show something else than the drawing before, also where they are in
            the newest drawing.
    """

    detail: torch.Tensor
    grey: torch.Tensor
    amount: torch.Tensor
    change: torch.Tensor
    other: torch.Tensor


@dataclass
class PopFinder:
    """Finder of pops among the drawings of one scene; it holds the last few of them.

    Attributes:
        popped: masks of the cells of each drawing that are part of a pop.
    """

    popped: list[torch.Tensor] = field(default_factory=list)
    _recent: deque[_Drawing] = field(default_factory=lambda: deque(maxlen=LONGEST + 1))

    def add(self, picture: WorkingPicture, step: StepFlow | None) -> None:
        """Compare the next drawing with those before it.

        Args:
            picture: the drawing.
            step: flow of the step to it; None for the first drawing of the scene.
        """
        drawing = self._drawing(picture, step)
        if step is not None:
            self._follow(step)
        self.popped.append(torch.zeros_like(drawing.other).bool())
        for length in range(1, len(self._recent)):
            before, first = self._recent[-1 - length], self._recent[-length]
            changed = (first.other > HALF) & (drawing.other > HALF) & ~self.popped[-1 - length]
            changed = _large_parts(changed)
            if not changed.any():
                continue
            least_change = torch.minimum(first.change, drawing.change)
            returned = changed & (_difference(before, drawing) < SAME_SHARE * least_change)
            if returned.float().mean() < LEAST_CELLS:
                continue
            for mask in self.popped[-1 - length : -1]:
                mask |= returned
        self._recent.append(drawing)

    def _follow(self, step: StepFlow) -> None:
        """Move the cells of earlier drawings to where they are in the newest one."""
        everything = torch.ones_like(step.visible)
        rows = self._recent[-1].change.shape[0]
        flow = cell_means(step.backward, everything) * (rows / step.visible.shape[0])
        maps = [channel for each in self._recent for channel in (each.change, each.other)]
        moved = warped(torch.stack(maps), flow).unflatten(0, (-1, 2))
        for place, (change, other) in enumerate(moved):
            each = self._recent[place]
            # Where a part pops out, the flow leads anywhere, so cells count where they were too.
            self._recent[place] = replace(
                each,
                change=torch.maximum(each.change, change),
                other=torch.maximum(each.other, other),
            )

    def _drawing(self, picture: WorkingPicture, step: StepFlow | None) -> _Drawing:
        detail = box_mean(picture.detail, 1)
        grey = grey_levels(avg_pool2d(picture.detail[None], 2)[0])
        amount = _cells(detail)
        if step is None:
            return _Drawing(detail, grey, amount, amount, torch.zeros_like(amount))
        before = self._recent[-1]
        followed = warped(before.detail[None], step.backward)[0]
        # What comes into the picture at its border has nothing to be compared with.
        came_in = ~inside(step.backward)
        followed = detail.where(came_in, followed)
        change = torch.minimum(_cells(detail - followed), _cells(detail - before.detail))
        other = change > OTHER
        other &= change > OTHER_SHARE * torch.maximum(amount, before.amount)
        return _Drawing(detail, grey, amount, change, other.float())


def _difference(before: _Drawing, after: _Drawing) -> torch.Tensor:
    """Return how much each cell of a drawing differs from an earlier one, wherever it has moved."""
    size = after.detail.shape
    flow = 2 * flow_between(after.grey, before.grey).to(after.detail.device)
    flow = interpolate(flow[None], size, mode="bilinear", align_corners=False)[0]
    followed = warped(before.detail[None], flow)[0]
    return torch.minimum(_cells(after.detail - followed), _cells(after.detail - before.detail))


def _large_parts(mask: torch.Tensor) -> torch.Tensor:
    """Return a mask without small parts, unless they cover much of the picture together."""
    if mask.float().mean() >= LEAST_ANYWHERE:
        return mask
    cv2 = require("cv2")
    _, parts, stats, _ = cv2.connectedComponentsWithStats(mask.byte().cpu().numpy())
    large = stats[:, cv2.CC_STAT_AREA] >= LEAST_CELLS * mask.numel()
    large[0] = False  # everything around the parts
    return torch.from_numpy(large[parts]).to(mask.device)


def _cells(difference: torch.Tensor) -> torch.Tensor:
    """Return the mean absolute difference of each cell."""
    everything = torch.ones(difference.shape, dtype=torch.bool, device=difference.device)
    return cell_means(difference.abs()[None], everything)[0]


def _pop(findings: "Findings") -> Value:
    # What a flash covers is no pop; it has its own measure.
    flashes = np.array([FLASH.fails_at(each) for each in findings.flash_shares])
    shares = np.where(flashes, 0.0, findings.clip_steps.popped_shares).tolist()
    percentages = [100 * share for share in shares]
    total = sum(percentages)
    drawings = [place for place, share in enumerate(shares) if share > 0]
    worst = max(range(len(shares)), key=lambda place: shares[place])
    facts = {
        "percent": short(max(percentages)),
        "drawings": len(drawings),
        "frame": findings.pattern.drawings[worst],
    }
    return Value(total, facts, per_frame=findings.pattern.along_frames(percentages))


POP = Measure(
    "pop",
    unit="% of a drawing",
    better=Better.LOWER,
    high=40.0,
    backend="detail-changes",
    # A hand or a mouth in a bust shot for two drawings, or half of a face in a full shot for one.
    threshold=3.0,
    required=True,
    answers_to="Pops: parts of the picture that show something else for up to five drawings and "
    "then return, in % of the picture, added up over the drawings",
    function=_pop,
    passes="no_pop",
    fails="pops",
)
