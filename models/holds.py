"""Which frames of a clip were drawn, and which only hold the drawing before them.

Anime is drawn on ones, twos and threes: a drawing stays for so many frames. Whatever is measured
between frames is measured between drawings, or holds pull every mean down by as much.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median_low

import torch

# A held frame differs from its drawing by compression noise alone: at most this share of the
# clip's larger steps. Motion that eases in and out seldom falls below a tenth of its own speed.
HELD_SHARE = 0.1
UPPER = 0.9  # the quantile of the larger steps; not the mean: on threes two of three are holds
# A step of motion below this ΔE can't be told from noise, whatever the rest of the clip does.
STILL = 0.05
SAMPLED_SIDE = 64  # pixels across and down that tell light from motion
SAMPLED_AT_ONCE = 32  # frames; their samples stay in the processor's cache


@dataclass(frozen=True)
class HoldPattern:
    """The drawings of a clip.

    Attributes:
        drawings: index of the first frame of every drawing, ascending; starts with 0.
        frames: how many frames the clip has.
    """

    drawings: tuple[int, ...]
    frames: int

    @property
    def lengths(self) -> tuple[int, ...]:
        """For how many frames each drawing is held; sums to `frames`."""
        ends = (*self.drawings[1:], self.frames)
        return tuple(end - start for start, end in zip(self.drawings, ends, strict=True))

    @property
    def typical(self) -> int:
        """The clip's own pattern: 1 on ones, 2 on twos (the median length)."""
        return median_low(self.lengths)

    def along_frames(
        self, values: Sequence[float | None], held: float | None = None
    ) -> list[float | None]:
        """Return values of drawings as values of frames.

        Args:
            values: of each drawing.
            held: value of a held frame; None for that of its drawing.
        """
        frames: list[float | None] = []
        for value, length in zip(values, self.lengths, strict=True):
            frames += [value, *[value if held is None else held] * (length - 1)]
        return frames


def hold_pattern(steps: torch.Tensor) -> HoldPattern:
    """Find the drawings of a clip from how far each frame is from the one before.

    Args:
        steps: distance of each frame to the next in ΔE, shape (frames − 1,).

    Returns:
        The pattern; a clip in which nothing moves is one drawing.
    """
    if len(steps) == 0:
        return HoldPattern((0,), 1)
    large = torch.quantile(steps.float(), UPPER).item()
    moved = steps > max(STILL, HELD_SHARE * large)
    first = (moved.nonzero().flatten() + 1).tolist()
    return HoldPattern((0, *first), len(steps) + 1)


def without_light(frames: torch.Tensor, steps: torch.Tensor) -> torch.Tensor:
    """Steps without what a change of light alone makes of them.

    Light that changes with every frame changes held frames too, and all their pixels alike: by a
    gain and an offset for each channel. What is left after these is motion.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        steps: distance of each frame to the next, the last to the first; shape (frames,).

    Returns:
        As `steps`; the very steps where nothing changes but the light.
    """
    return moving_only(steps, moving_shares(frames))


def moving_only(steps: torch.Tensor, shares: torch.Tensor) -> torch.Tensor:
    """See `without_light`; `shares` are what `moving_shares` gives for the same steps."""
    if len(steps) < 2:
        return steps
    without = steps * shares.to(steps)
    return without if without[:-1].quantile(UPPER) > STILL else steps


def moving_shares(
    frames: torch.Tensor, report_progress: Callable[[int, int], None] | None = None
) -> torch.Tensor:
    """Which share of each step, from the last to the first too, more than light accounts for.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        report_progress: called with (frames done, frames in all); may raise to stop.

    Returns:
        0–1, shape (frames,), on the CPU.
    """
    count, height, width = frames.shape[:3]
    sampled = frames[:, :: max(1, height // SAMPLED_SIDE), :: max(1, width // SAMPLED_SIDE)]
    shares = [torch.empty(0)]
    for start in range(0, count, SAMPLED_AT_ONCE):
        some = sampled[start : start + SAMPLED_AT_ONCE + 1]
        # Each channel together: sums run along it.
        pixels = some.movedim(-1, 1).flatten(2).cpu()
        if start + SAMPLED_AT_ONCE >= count:
            first = sampled[:1].movedim(-1, 1).flatten(2).cpu()
            pixels = torch.cat([pixels, first])
        changed = (pixels[1:] - pixels[:-1]).square_().sum(dim=(1, 2))
        pixels = pixels - pixels.mean(dim=2, keepdim=True)  # these may be the frames themselves
        around, following = pixels[:-1], pixels[1:]
        squares = pixels.square().sum(dim=2, keepdim=True)[:-1]
        gain = (around * following).sum(dim=2, keepdim=True) / squares.clamp(min=1e-9)
        moved = (following - gain * around).square_().sum(dim=(1, 2))
        shares.append((moved / changed.clamp(min=1e-12)).clamp(max=1).sqrt())
        if report_progress is not None:
            report_progress(min(start + SAMPLED_AT_ONCE, count), count)
    return torch.cat(shares)
