"""From drawing to drawing: the flow of each step, taken once, and all that is measured along it.

A walk over the drawings keeps two steps in memory, whatever the clip's length. Everything happens
on the frames' device but the flow itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from ...image_ops.flow import optical_flow
from ...image_ops.luma import luma
from ...image_ops.warp import visible_in_both, warped
from ...image_ops.windows import box_mean

FLOW = "flow-dis"  # backend of what is measured along the optical flow
NOTHING_TO_FOLLOW = "nothing_to_follow"

# Frames are made smaller by the whole number that leaves at least so many px to the shorter side:
# a mouth is still some px wide, and two flows take about 10 ms.
WORKING_SIDE = 192
SURROUNDINGS = 16  # the shorter side over half the width of what a pixel's light is compared with
CELLS = 24  # along the shorter side; a cell is about as large as an eye of a figure seen whole
COVERED = 0.5  # share of a cell's pixels that must be seen in both drawings
FEW_CELLS = 0.1  # share of all cells below which what is seen in both tells nothing
BLACK, WHITE = 1.5 / 255, 253.5 / 255  # beyond, light may change without the pixel changing
TEXTURE = 3 / 255  # standard deviation in a cell from which its flow means something
# Share of the cells that must have texture to tell the camera from a figure on flat ground.
ENOUGH_TEXTURE = 0.1
FASTEST = 0.05  # share of the pixels whose speed is a step's, as VBench's dynamic degree has it
MOVING = 0.25  # px at the working size; slower, a flow has a direction and nothing else
LEAST_MOVING = 0.05  # share of the picture that moves; in less, a flow's errors are as large
# A pixel is still where it is back within so many px after two steps, without going far between.
STILL_NET, STILL_APART = 0.2, 2.0
STILL_CELL = 0.9  # share of a cell's pixels that must be still


@dataclass(frozen=True)
class Step:
    """What was measured from one drawing to the next.

    Attributes:
        light: change of red, green, blue and luma, in 0–1, of what can be followed; shape (4,).
        warping_error: Lai's, of RGB in 0–1; None where too little is seen in both.
        speed: of the fastest 5 % of the pixels, in shorter sides.
    """

    light: torch.Tensor
    warping_error: float | None
    speed: float


@dataclass(frozen=True)
class Passage:
    """What was measured at a drawing between its two neighbours.

    Attributes:
        local_light: how far the light of a cell lies off the line between the neighbours, beyond
            what the whole picture's does; root mean square over the cells, 0–1; None where too
            little is seen in all three.
        boiling: the same for every pixel of what is still, beyond what its cell's does.
        still: share of the picture that is still.
        onward: how alike the motion into it and out of it are: 1 alike, −1 turned back.
        growth: speed out over speed in, of the pixels that move both times; None where none does.
        uneven: sum over moving pixels of what changes in their motion, px.
        moved: sum over moving pixels of their motion, px.
        shaken: how far the whole picture lies off the middle of its neighbours' places, right and
            down, in shorter sides; None where too little has texture.
    """

    local_light: float | None
    boiling: float | None
    still: float
    onward: float
    growth: float | None
    uneven: float
    moved: float
    shaken: tuple[float, float] | None


@dataclass(frozen=True)
class Walk:
    """What was measured over a clip.

    Attributes:
        steps: from each drawing to the next; None across a cut.
        passages: at each drawing; None at the first and last of a scene.
        means: mean red, green, blue and luma of each drawing, shape (drawings, 4).
    """

    steps: tuple[Step | None, ...]
    passages: tuple[Passage | None, ...]
    means: torch.Tensor


@dataclass(frozen=True)
class _Pair:
    """The flow of one step, and the change of light along it."""

    out: torch.Tensor  # from the first drawing, (2, height, width)
    back: torch.Tensor  # from the second
    seen: torch.Tensor  # pixels of the first that the second shows
    seen_back: torch.Tensor
    cells: torch.Tensor  # change of luma along the flow by cell, NaN where unseen
    light: torch.Tensor  # of the whole picture, (4,)
    error: float | None  # Lai's


def working_picture(frame: torch.Tensor) -> torch.Tensor:
    """A frame at the size at which motion is measured: means of squares of whole pixels.

    Args:
        frame: RGB in 0–1, shape (height, width, 3).

    Returns:
        Red, green, blue, luma; shape (4, height, width). A rest that fills no square is left out.
    """
    height, width = frame.shape[:2]
    side = max(1, min(height, width) // WORKING_SIDE)
    down, across = height // side, width // side
    if side > 1:
        rows = frame[: down * side, : across * side]
        rows = rows.reshape(down, side, across * side * 3).mean(dim=1)
        frame = rows.view(down, across, side, 3).mean(dim=2)
    return torch.cat([frame, luma(frame)[..., None]], dim=-1).movedim(-1, 0).contiguous()


def walk(
    frames: torch.Tensor,
    drawings: Sequence[int],
    cuts: Sequence[int],
    report_progress: Callable[[int, int], None] | None = None,
) -> Walk:
    """Measure every step of a clip.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        drawings: the frames that are drawn.
        cuts: of `drawings`, the places at which a new scene begins.
        report_progress: called with (drawings done, drawings in all); may raise to stop.
    """
    steps: list[Step | None] = []
    passages: list[Passage | None] = [None] * len(drawings)
    first, grey = _looked_at(frames[drawings[0]])
    means = [first.mean(dim=(1, 2))]
    last: tuple[torch.Tensor, _Pair] | None = None
    for place in range(1, len(drawings)):
        second, second_grey = _looked_at(frames[drawings[place]])
        means.append(second.mean(dim=(1, 2)))
        if place in cuts:
            steps.append(None)
            last = None
        else:
            pair = _pair(first, second, _flow(grey, second_grey), _flow(second_grey, grey))
            steps.append(_step(first, pair))
            if last is not None:
                passages[place - 1] = _passage(last[0], first, second, last[1], pair)
            last = first, pair
        first, grey = second, second_grey
        if report_progress is not None:
            report_progress(place + 1, len(drawings))
    return Walk(tuple(steps), tuple(passages), torch.stack(means).cpu())


def _looked_at(frame: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """A frame's working picture, and what the flow sees of it: its detail, without the light.

    A flow takes a change of light for motion wherever the picture has a gradient.
    """
    picture = working_picture(frame)
    detail = picture[3] - box_mean(picture[3], min(picture.shape[1:]) // SURROUNDINGS)
    return picture, (detail * 255 + 127.5).round().clamp(0, 255).byte().cpu()


def _flow(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(optical_flow(first.numpy(), second.numpy())).movedim(-1, 0)


def _pair(
    first: torch.Tensor, second: torch.Tensor, out: torch.Tensor, back: torch.Tensor
) -> _Pair:
    out, back = out.to(first.device).contiguous(), back.to(first.device).contiguous()
    there = warped(torch.cat([second, back]), out)
    seen = visible_in_both(out, there[4:])
    seen_back = visible_in_both(back, warped(out, back))
    change = there[:4] - first
    lightest, darkest = torch.maximum(first[3], there[3]), torch.minimum(first[3], there[3])
    clear = seen & (darkest > BLACK) & (lightest < WHITE)
    cells = _cell_means(change, clear)
    if cells[3].isfinite().float().mean() < FEW_CELLS:  # a flash, or wholly covered: as it lies
        cells = _cell_means(second - first, torch.ones_like(seen))
    pixels = int(seen.sum())
    error = None
    if pixels >= FEW_CELLS * seen.numel():
        error = (change[:3].square().sum(dim=0) * seen).sum().item() / pixels
    return _Pair(out, back, seen, seen_back, cells[3], _middle(cells), error)


def _step(first: torch.Tensor, pair: _Pair) -> Step:
    side = min(first.shape[1:])
    speeds = _length(pair.out).flatten()
    fastest = speeds.topk(max(1, round(FASTEST * len(speeds)))).values.mean().item()
    return Step(pair.light.cpu(), pair.error, fastest / side)


def _passage(
    before: torch.Tensor, middle: torch.Tensor, after: torch.Tensor, into: _Pair, onto: _Pair
) -> Passage:
    back, out = into.back, onto.out
    seen = into.seen_back & onto.seen
    net, turning = _length(out - back), _length(out + back)
    speed_in, speed_out = _length(back), _length(out)
    moving = seen & (torch.maximum(speed_in, speed_out) > MOVING)
    quiet = seen & (net < STILL_NET) & (torch.maximum(speed_in, speed_out) < STILL_APART)
    products = torch.stack(
        [(back * -out).sum(dim=0), speed_in.square(), speed_out.square(), turning]
    )
    alike, squares_in, squares_out, uneven = (products * moving).sum(dim=(1, 2)).tolist()
    moved = ((speed_in + speed_out) * moving).sum().item()
    both = moving & (torch.minimum(speed_in, speed_out) > MOVING / 2)
    growth = None
    if both.float().mean() > LEAST_MOVING:
        growth = ((speed_out * both).sum() / (speed_in * both).sum()).item()
    still, boiling = _boiling((middle - (before + after) / 2)[3], quiet)
    off = (into.cells - onto.cells) / 2
    off = off[off.isfinite()]
    local = None
    if len(off) >= FEW_CELLS * into.cells.numel():
        local = (off - off.median()).square().mean().sqrt().item()
    onward = alike / max((squares_in * squares_out) ** 0.5, 1e-9)
    shaken = _shaken(middle[3], -(back + out) / 2, seen)
    return Passage(local, boiling, still, onward, growth, uneven, moved, shaken)


def _shaken(
    grey: torch.Tensor, off: torch.Tensor, seen: torch.Tensor
) -> tuple[float, float] | None:
    """Median over the textured cells: what most of the picture does, whatever moves in it."""
    means = _cell_means(torch.cat([off, grey[None], grey[None].square()]), seen)
    textured = means[3] - means[2].square() > TEXTURE**2  # false where NaN
    if textured.float().mean() < ENOUGH_TEXTURE:
        return None
    side = min(grey.shape)
    across, down = (means[axis][textured].median().item() / side for axis in (0, 1))
    return across, down


def _length(flow: torch.Tensor) -> torch.Tensor:
    return torch.hypot(flow[0], flow[1])  # a norm takes ten times as long on a CPU


def _boiling(off: torch.Tensor, quiet: torch.Tensor) -> tuple[float, float | None]:
    """Share of the picture whose cells are still, and how much their pixels change."""
    sums = _cell_means(torch.stack([off, off.square()]), quiet, STILL_CELL)
    still = sums[0].isfinite()
    share = still.float().mean().item()
    if share < FEW_CELLS:
        return share, None
    beyond = (sums[1] - sums[0].square())[still].clamp(min=0)
    return share, beyond.mean().sqrt().item()


def _cell_means(
    values: torch.Tensor, counted: torch.Tensor, covered: float = COVERED
) -> torch.Tensor:
    """Mean of the counted pixels of each cell; NaN in cells with too few of them.

    Args:
        values: shape (channels, height, width).
        counted: boolean, shape (height, width).
        covered: share of a cell's pixels that must count.
    """
    side = max(1, min(counted.shape) // CELLS)
    rows, columns = counted.shape[0] // side, counted.shape[1] // side
    weight = counted[: rows * side, : columns * side].float()
    weighted = values[:, : rows * side, : columns * side] * weight
    folded = torch.cat([weighted, weight[None]]).view(-1, rows, side, columns * side).sum(dim=2)
    sums = folded.view(-1, rows, columns, side).sum(dim=3)
    enough = sums[-1] >= covered * side * side
    return (sums[:-1] / sums[-1].clamp(min=1)).where(enough, torch.nan)


def _middle(cells: torch.Tensor) -> torch.Tensor:
    """Mean of the middle half of the cells that are known: blind to a minority that moves."""
    known = cells[:, cells[0].isfinite()].sort(dim=1).values
    quarter = known.shape[1] // 4
    return known[:, quarter : known.shape[1] - quarter].mean(dim=1)
