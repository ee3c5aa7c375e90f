"""Pass over the drawings of a clip: the steps between them, and what is followed along them.

Only a few drawings are in memory at a time, whatever the length of the clip. All computations
except the flow itself run on the device of the frames.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise, tee

import torch

from ...rgb_frames import Frames
from ...workers import in_order, one_torch_thread
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
    show_partial: Callable[[Callable[[], ClipSteps]], object] | None = None,
) -> ClipSteps:
    """Measure every step of a clip.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        drawings: frames that show a new drawing, ascending.
        cuts: places among `drawings` at which a new scene begins.
        report_progress: called with (drawings done, drawings in all), again and again while it
            takes long; may raise to stop.
        show_partial: called after each drawing but the first of a scene, with a function that
            returns the measurements so far. `popped_shares` and `drifts` lack the scene that isn't
            complete, because pops and drift can be measured only in a whole scene.
    """
    steps: list[Step | None] = []
    triplets: list[Triplet | None] = []
    means: list[torch.Tensor] = []
    fineness: list[float | None] = []
    popped: list[float] = []
    drifts: list[float | None] = []

    def report() -> None:
        if report_progress is not None and means:
            report_progress(len(means), len(drawings))

    def steps_so_far() -> ClipSteps:
        return ClipSteps(
            tuple(steps),
            tuple(triplets),
            torch.stack(means).cpu(),
            tuple(fineness),
            tuple(popped),
            tuple(drifts),
        )

    def add_scene(scene: Sequence[int]) -> None:
        colours, pops = ColourFollower(), PopFinder()
        for picture, move, triplet in _along_scene(frames, scene, report):
            flow = None if move is None else move.flow
            colours.add(picture, flow)
            pops.add(picture, flow)
            means.append(picture.colours.mean(dim=(1, 2)))
            fineness.append(picture.fineness)
            triplets.append(triplet)
            if move is not None:
                steps.append(move.step)
                if show_partial is not None:
                    show_partial(steps_so_far)
            report()
        popped.extend(mask.float().mean().item() for mask in pops.popped)
        drifts.append(colours.drift())

    for start, end in pairwise((0, *cuts, len(drawings))):
        if start:
            steps.append(None)
        with one_torch_thread():
            add_scene(drawings[start:end])
    return steps_so_far()


@dataclass(frozen=True)
class _Move:
    """Two drawings in a row, and the step between them."""

    before: WorkingPicture
    after: WorkingPicture
    flow: StepFlow
    step: Step


def _along_scene(
    frames: Frames, drawings: Sequence[int], poll: Callable[[], None]
) -> Iterator[tuple[WorkingPicture, _Move | None, Triplet | None]]:
    """Yield each drawing of a scene, the step to it, and the measurements at it.

    Pictures, steps and triplets are computed by the workers, and only a few are in memory.
    """

    def read(drawing: int) -> WorkingPicture:
        return WorkingPicture(frames[drawing])

    pictures = in_order(read, drawings, poll)
    first = next(pictures)
    moves, again = tee(in_order(_move, pairwise(chain([first], pictures)), poll))
    triplets = chain([None], in_order(_triplet, pairwise(again), poll), [None])
    yield first, None, next(triplets)
    for move, triplet in zip(moves, triplets, strict=True):
        yield move.after, move, triplet


def _move(pictures: tuple[WorkingPicture, WorkingPicture]) -> _Move:
    flow = step_flow(*pictures)
    return _Move(*pictures, flow, _step(flow))


def _triplet(moves: tuple[_Move, _Move]) -> Triplet:
    first, second = moves
    return measure_triplet(first.before, first.after, second.after, first.flow, second.flow)


def _step(flow: StepFlow) -> Step:
    side = min(flow.visible.shape)
    speeds = length_of(flow.forward).flatten()
    fastest = speeds.topk(max(1, round(FASTEST * len(speeds)))).values.mean().item()
    return Step(flow.light.cpu(), flow.error, fastest / side)
