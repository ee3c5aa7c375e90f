"""Pass over the drawings of a clip: the steps between them, and what is followed along them.

Only a few drawings are in memory at a time, whatever the length of the clip. All computations
except the flow itself run on the device of the frames.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from ...rgb_frames import Frames
from .followed_colour import ColourFollower
from .pops import PopFinder
from .step_flow import StepFlow, length_of, step_flow
from .triplet import Triplet, measure_triplet
from .working_picture import WorkingPicture

# The speed of a step is the mean speed of this share of the pixels, the fastest, as in VBench's
# dynamic degree.
FASTEST = 0.05


@dataclass(frozen=True)
class Step:
    """Measurements of the step from one drawing to the next.

    Attributes:
        light: change of red, green, blue and luma, in 0–1, along the motion; shape (4,).
        warping_error: warping error of Lai et al. 2018: mean squared difference of RGB in 0–1
            after the motion is followed. None if too little is visible in both drawings.
        speed: mean speed of the fastest 5 % of the pixels, as a share of the shorter side.
    """

    light: torch.Tensor
    warping_error: float | None
    speed: float


@dataclass(frozen=True)
class ClipSteps:
    """Measurements along the drawings of a clip.

    Attributes:
        steps: measurements of the step from each drawing to the next; None across a cut.
        triplets: measurements at each drawing; None at the first and the last of a scene.
        means: mean red, green, blue and luma of each drawing, shape (drawings, 4).
        fineness: `WorkingPicture.fineness` of each drawing.
        popped_shares: share of each drawing that is part of a pop, 0–1.
        drifts: drift of colour in each scene, ΔE; None where too little could be followed.
    """

    steps: tuple[Step | None, ...]
    triplets: tuple[Triplet | None, ...]
    means: torch.Tensor
    fineness: tuple[float | None, ...]
    popped_shares: tuple[float, ...]
    drifts: tuple[float | None, ...]


def measure_steps(
    frames: Frames,
    drawings: Sequence[int],
    cuts: Sequence[int],
    report_progress: Callable[[int, int], None] | None = None,
) -> ClipSteps:
    """Measure every step of a clip.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        drawings: frames that show a new drawing, ascending.
        cuts: places among `drawings` at which a new scene begins.
        report_progress: called with (drawings done, drawings in all); may raise to stop.
    """
    steps: list[Step | None] = []
    triplets: list[Triplet | None] = [None] * len(drawings)
    picture = WorkingPicture(frames[drawings[0]])
    means, fineness = [picture.colours.mean(dim=(1, 2))], [picture.fineness]
    scenes = [_Scene(picture)]
    for place in range(1, len(drawings)):
        picture = WorkingPicture(frames[drawings[place]])
        means.append(picture.colours.mean(dim=(1, 2)))
        fineness.append(picture.fineness)
        if place in cuts:
            steps.append(None)
            scenes[-1].end()
            scenes.append(_Scene(picture))
        else:
            step, triplets[place - 1] = scenes[-1].add(picture)
            steps.append(step)
        if report_progress is not None:
            report_progress(place + 1, len(drawings))
    scenes[-1].end()
    popped = [share for scene in scenes for share in scene.popped_shares]
    drifts = tuple(scene.drift for scene in scenes)
    return ClipSteps(
        tuple(steps),
        tuple(triplets),
        torch.stack(means).cpu(),
        tuple(fineness),
        tuple(popped),
        drifts,
    )


class _Scene:
    """Measurement of one scene, which holds its last two drawings.

    Attributes:
        popped_shares: share of each drawing that is part of a pop, once the scene has ended.
        drift: drift of its colour in ΔE, once it has ended; None if too little could be followed.
    """

    def __init__(self, picture: WorkingPicture) -> None:
        self.popped_shares: list[float] = []
        self.drift: float | None = None
        self._pictures = [picture]
        self._step: StepFlow | None = None
        self._colours = ColourFollower(picture)
        self._pops = PopFinder()
        self._pops.add(picture, None)

    def add(self, picture: WorkingPicture) -> tuple[Step, Triplet | None]:
        """Measure the step to the next drawing, and the drawing before that step."""
        before = self._pictures[-1]
        step = step_flow(before, picture)
        triplet = None
        if self._step is not None:
            triplet = measure_triplet(self._pictures[-2], before, picture, self._step, step)
        self._colours.add(picture, step)
        self._pops.add(picture, step)
        self._pictures = [before, picture]
        self._step = step
        return _step(step), triplet

    def end(self) -> None:
        """Compute what only the whole scene can tell, and free the drawings."""
        self.popped_shares = [mask.float().mean().item() for mask in self._pops.popped]
        self.drift = self._colours.drift()
        self._pictures, self._step = [], None
        del self._colours, self._pops


def _step(flow: StepFlow) -> Step:
    side = min(flow.visible.shape)
    speeds = length_of(flow.forward).flatten()
    fastest = speeds.topk(max(1, round(FASTEST * len(speeds)))).values.mean().item()
    return Step(flow.light.cpu(), flow.error, fastest / side)
