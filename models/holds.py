"""Detection of held frames: frames of a clip that repeat the drawing before them.

Anime is drawn on ones, twos and threes: each drawing is held for one, two or three frames. Motion
is therefore measured between drawings, because held frames would pull every mean between frames
down.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median_low

import torch

from .rgb_frames import Frames
from .workers import in_order

# A held frame differs from its drawing only by compression noise, which is at most this share of
# the clip's larger steps. Motion that eases in and out seldom falls below a tenth of its own speed.
HELD_SHARE = 0.1
# Quantile of the steps that stands for the larger ones. The mean would be too low: on threes, two
# of three steps are holds.
UPPER = 0.9
# A cut is one step, and a flash two, that are at least so many times as large as the larger others.
# A clip of fewer steps than these may consist of holds and two moves.
MOST_OUTLIERS, OUTLIER, LEAST_STEPS = 2, 4.0, 10
# Below this ΔE a step can't be distinguished from noise, whatever the other steps are.
STILL = 0.05
# Frames for which drawings are held regularly, and how regularly: nearly all other steps must be
# below this share of both moves beside them, and there must be so many moves.
REGULAR = (2, 3, 4)
NEARLY_ALL, MOST_OF_MOVE, LEAST_MOVES = 0.9, 0.5, 4
SAMPLED_SIDE = 64  # about this many pixels across and down are enough to separate light and motion
SAMPLED_AT_ONCE = 32  # frames; their samples fit into the processor's cache


@dataclass(frozen=True)
class HoldPattern:
    """Division of a clip into drawings.

    Attributes:
        drawings: index of the first frame of every drawing, ascending; the first is 0.
        frames: number of frames of the clip.
    """

    drawings: tuple[int, ...]
    frames: int

    @property
    def lengths(self) -> tuple[int, ...]:
        """Number of frames for which each drawing is held; the sum is `frames`."""
        ends = (*self.drawings[1:], self.frames)
        return tuple(end - start for start, end in zip(self.drawings, ends, strict=True))

    @property
    def typical(self) -> int:
        """Median number of frames of a drawing: 1 on ones, 2 on twos."""
        return median_low(self.lengths)

    def of_drawings(self, count: int) -> "HoldPattern":
        """Return the pattern of the clip's beginning.

        Args:
            count: drawings of the beginning, at least 1.

        Examples:
            >>> HoldPattern((0, 2, 4), 6).of_drawings(2)
            HoldPattern(drawings=(0, 2), frames=4)
        """
        if count >= len(self.drawings):
            return self
        return HoldPattern(self.drawings[:count], self.drawings[count])

    def along_frames(
        self, values: Sequence[float | None], held_value: float | None = None
    ) -> list[float | None]:
        """Return one value per frame from one value per drawing.

        Args:
            values: values of the drawings.
            held_value: value of every held frame; None for the value of its drawing.
        """
        frame_values: list[float | None] = []
        for value, length in zip(values, self.lengths, strict=True):
            repeated = value if held_value is None else held_value
            frame_values += [value, *[repeated] * (length - 1)]
        return frame_values


def hold_pattern(steps: torch.Tensor) -> HoldPattern:
    """Find the drawings of a clip from the distances between its frames.

    Args:
        steps: distance of each frame to the next in ΔE, shape (frames − 1,), on any device.

    Returns:
        The pattern; a clip without motion is one drawing.

    Examples:
        >>> pattern = hold_pattern(torch.tensor([0.0, 4.0, 0.1, 5.0, 0.0]))
        >>> pattern.drawings, pattern.lengths, pattern.typical
        ((0, 2, 4), (2, 2, 2), 2)
    """
    if len(steps) == 0:
        return HoldPattern((0,), 1)
    steps = steps.float().cpu()  # a few numbers, and many small operations
    large = _large_step(steps)
    moved = steps > max(STILL, HELD_SHARE * large)
    first = ((moved & ~_regularly_held(steps)).nonzero().flatten() + 1).tolist()
    return HoldPattern((0, *first), len(steps) + 1)


def _large_step(steps: torch.Tensor) -> float:
    """Return the size of the larger steps, without the two of a flash or that of a cut."""
    usual = steps.sort().values
    for _ in range(MOST_OUTLIERS if len(steps) >= LEAST_STEPS else 0):
        upper = torch.quantile(usual[:-1], UPPER).item()
        if usual[-1] < OUTLIER * upper:
            break
        usual = usual[:-1]
    return torch.quantile(usual, UPPER).item()


def _regularly_held(steps: torch.Tensor) -> torch.Tensor:
    """Return a mask of the steps that are holds, if one in two, three or four steps is a move.

    The noise of compression in held frames can be more than `HELD_SHARE` of slow motion. But if
    every second, third or fourth step towers over the others, the others are holds all the same.

    Args:
        steps: distance of each frame to the next in ΔE, shape (frames − 1,).
    """
    for every in REGULAR:
        if len(steps) < LEAST_MOVES * every:
            continue
        for phase in range(every):
            move = torch.arange(len(steps)) % every == phase
            # The smaller of the moves before and after each step.
            moves = steps.where(move, torch.inf)
            padded = torch.nn.functional.pad(moves, (every, every), value=torch.inf)
            windows = padded.unfold(0, every + 1, 1)
            smaller_before, smaller_after = (
                windows[start : start + len(steps)].amin(dim=1) for start in (0, every)
            )
            beside = torch.minimum(smaller_before, smaller_after)
            held = ~move & (steps < MOST_OF_MOVE * beside)
            share = held[~move].float().mean()
            if share >= NEARLY_ALL:
                return ~move
    return torch.zeros_like(steps, dtype=torch.bool)


def without_light(frames: Frames, steps: torch.Tensor) -> torch.Tensor:
    """Return the steps of a clip without the part that changes of light cause.

    Light that changes with every frame changes held frames too, and it changes all pixels of a
    channel by the same gain and offset. The rest of the change is motion.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        steps: distance of each frame to the next one and of the last to the first, shape
            (frames,).

    Returns:
        Steps of the same shape; `steps` unchanged if nothing but the light changes in the clip.
    """
    return moving_only(steps, moving_shares(frames))


def moving_only(steps: torch.Tensor, shares: torch.Tensor) -> torch.Tensor:
    """Return the steps without the part that changes of light cause, for known shares of motion.

    Args:
        steps: distance of each frame to the next one and of the last to the first, shape
            (frames,).
        shares: share of motion in each step, from `moving_shares`, shape (frames,).

    Returns:
        Steps of the same shape; `steps` unchanged if nothing but the light changes in the clip.
    """
    if len(steps) < 2:
        return steps
    moving = steps * shares.to(steps)
    return moving if moving[:-1].quantile(UPPER) > STILL else steps


def moving_shares(
    frames: Frames, report_progress: Callable[[int, int], None] | None = None
) -> torch.Tensor:
    """Return the share of each step that a change of light doesn't explain.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        report_progress: called with (frames done, frames in all); may raise to stop.

    Returns:
        Shares in 0–1, shape (frames,), on the CPU; the last is that of the step from the last frame
        to the first.
    """
    shares = [torch.empty(0)]
    starts = range(0, len(frames), SAMPLED_AT_ONCE)
    for part in in_order(partial(_shares_from, frames), starts):
        shares.append(part)
        if report_progress is not None:
            report_progress(sum(map(len, shares)), len(frames))
    return torch.cat(shares)


def _shares_from(frames: Frames, start: int) -> torch.Tensor:
    """Return `moving_shares` of `SAMPLED_AT_ONCE` steps, or of fewer at the end of the clip."""
    height, width = frames.shape[1:3]
    down, across = (slice(None, None, max(1, side // SAMPLED_SIDE)) for side in (height, width))
    chunk = frames[start : start + SAMPLED_AT_ONCE + 1, down, across]
    # Shape (frames, channels, pixels): each channel is contiguous, because sums run along it.
    pixels = chunk.movedim(-1, 1).flatten(2).cpu()
    if start + SAMPLED_AT_ONCE >= len(frames):
        first = frames[:1, down, across].movedim(-1, 1).flatten(2).cpu()
        pixels = torch.cat([pixels, first])
    changed = (pixels[1:] - pixels[:-1]).square_().sum(dim=(1, 2))
    # Not in place: `pixels` may share its memory with the caller's frames.
    pixels = pixels - pixels.mean(dim=2, keepdim=True)
    current, following = pixels[:-1], pixels[1:]
    squares = pixels.square().sum(dim=2, keepdim=True)[:-1]
    gain = (current * following).sum(dim=2, keepdim=True) / squares.clamp(min=1e-9)
    moved = (following - gain * current).square_().sum(dim=(1, 2))
    return (moved / changed.clamp(min=1e-12)).clamp(max=1).sqrt()
