"""Drift of colour: how the colour of what stays in the picture changes from start to end."""

from collections import deque
from typing import TYPE_CHECKING

import torch

from ...frames import Absence
from ...image_ops.colour import lab_from_rgb
from ...image_ops.warp import inside, warped
from ...image_ops.windows import box_mean
from ...measure import Measure, Value, short
from ...measurement import Better
from .step_flow import StepFlow
from .working_picture import WorkingPicture

if TYPE_CHECKING:
    from .findings import Findings

RADIUS = 2  # px of the means from which colours are taken, so that shifted lines don't count
ENDS = 3  # drawings at each end whose mean is the colour there, because single ones flicker
LEAST_FOLLOWED = 0.1  # share of the pixels that must be followed
# Pixels that must be followed. These are twelve windows of the means, one for each of the numbers
# of an affine change.
LEAST_PIXELS = 12 * (2 * RADIUS + 1) ** 2
# Share of the pixels below which what is followed starts anew from the current drawing. Less of a
# picture may not show all its colours.
ANEW = 0.25
# The change of colour is fitted with a prior of no change, as if a fiftieth of the pixels, with a
# spread of 5 ΔE, had kept their colours. So few colours don't fit any change.
PRIOR, SPREAD = 0.02, 5.0


class ColourFollower:
    """Follower of the pixels of a scene's first drawing, which collects their colours.

    The pixels are followed along the flow. Between the first and the last colours of those that
    never get lost, an affine change in CIELAB is fitted by least squares, as in colour transfer.
    A change of hue, saturation or lightness of the whole picture is affine; things that get
    another colour, or that are lost, are not and mostly cancel.
    """

    _offsets: torch.Tensor
    _followed: torch.Tensor
    _first: torch.Tensor
    _last: deque[tuple[WorkingPicture, torch.Tensor]]
    _count: int

    def __init__(self) -> None:
        self._changes: list[torch.Tensor] = []

    def add(self, picture: WorkingPicture, step: StepFlow | None) -> None:
        """Follow the pixels to the next drawing.

        Args:
            picture: the drawing.
            step: flow of the step to it; None for the first drawing of the scene.
        """
        if step is None:
            self._start(picture)
            return
        sampled = warped(torch.cat([step.forward, step.visible[None].float()]), self._offsets)
        self._offsets = self._offsets + sampled[:2]
        followed = self._followed & inside(self._offsets) & (sampled[2] > 0.5)
        if followed.float().mean() < ANEW and self._count >= 2 * ENDS:
            self._finish()
            self._start(picture)
            return
        self._followed = followed
        self._count += 1
        self._last.append((picture, self._offsets))
        if self._count <= ENDS:
            self._first = self._first + _colours(picture, self._offsets)

    def drift(self) -> float | None:
        """Return the drift over all followed drawings in ΔE; None if too little was followed."""
        self._finish()
        if not self._changes:
            return None
        palette = self._palette
        changed = palette
        for change in self._changes:
            changed = changed + _with_one(changed) @ change
        return (changed - palette).norm(dim=1).mean().item()

    def _start(self, picture: WorkingPicture) -> None:
        self._offsets = torch.zeros_like(picture.colours[:2])
        self._followed = torch.ones_like(picture.colours[0], dtype=torch.bool)
        self._first = _colours(picture, self._offsets)
        self._last = deque([(picture, self._offsets)], maxlen=ENDS)
        self._count = 1

    def _finish(self) -> None:
        """Fit the change of colour of the pixels that are followed now."""
        ends = min(ENDS, self._count // 2)
        least = max(LEAST_FOLLOWED * self._followed.numel(), LEAST_PIXELS)
        if not ends or self._followed.sum() < least:
            return
        first = (self._first / min(ENDS, self._count))[:, self._followed].T
        last_colours = torch.stack([_colours(*each) for each in list(self._last)[-ends:]])
        last = last_colours.mean(dim=0)[:, self._followed].T
        if not self._changes:
            self._palette = first
        # Pixels that are followed badly have another colour at the end, and a fit takes that for
        # colours that become paler. Backwards they become paler too, so the half difference of both
        # directions is what has changed.
        self._changes.append((_change(first, last) - _change(last, first)) / 2)


def _colours(picture: WorkingPicture, offsets: torch.Tensor) -> torch.Tensor:
    """Return the smoothed colours of the followed pixels, CIELAB, shape (3, height, width)."""
    smooth = torch.stack([box_mean(channel, RADIUS) for channel in picture.colours[:3]])
    return lab_from_rgb(warped(smooth, offsets), dim=0)


def _change(first: torch.Tensor, last: torch.Tensor) -> torch.Tensor:
    """Return the matrix that turns colours, with a 1 behind them, into their changes."""
    basis = _with_one(first)
    weights = torch.tensor([SPREAD**2] * 3 + [1e-3], device=first.device)
    prior = torch.diag(PRIOR * len(first) * weights)
    return torch.linalg.solve(basis.T @ basis + prior, basis.T @ (last - first))


def _with_one(colours: torch.Tensor) -> torch.Tensor:
    return torch.cat([colours, torch.ones_like(colours[:, :1])], dim=1)


def _drift(findings: "Findings") -> Value | Absence:
    drifts = [each for each in findings.clip_steps.drifts if each is not None]
    if not drifts:
        return Absence(COLOURS_LOST, counts=False)
    largest = max(drifts)
    return Value(largest, {"difference": short(largest)})


COLOURS_LOST = "colours_lost"
DRIFT = Measure(
    "drift",
    unit="ΔE",
    better=Better.LOWER,
    high=20.0,
    backend="followed-colour",
    # People see 2.3 ΔE side by side (Mahy et al. 1994), as where a shot ends and begins again.
    threshold=3.0,
    required=True,
    answers_to="Drift of colour: change of hue, saturation and lightness, from start to end, of "
    "what stays in the picture, in ΔE",
    function=_drift,
    passes="no_drift",
    fails="drifts",
    absences=(COLOURS_LOST,),
)
