"""Posterisation: tones of a picture at regular steps that are wide enough to see."""

from collections.abc import Sequence

import numpy as np
import torch

from ...frames import Absence
from ...measure import Measure
from ...measurement import Better
from .dither import DITHERED, unless_dithered
from .picture import Picture

CODES = 256
# Tones count as regular only if the probability that they lie so regularly by chance is below this.
# Otherwise a drawing in a few flat colours would count as posterised. So steps of 8 levels need six
# flat tones, and steps of 64 levels need four.
CHANCE = 1e-2
LEAST_TONES = 4
RARE = 0.002  # share of the pixels below which a tone doesn't count as used
# Numbers of steps that are tried for the narrowest gap between used tones. It may be more than one
# step wide, if the picture never uses two neighbouring tones.
STEPS_IN_A_GAP = (1, 2, 3)
# Grey levels by which a tone may lie off its step: the tones may have been rounded, changed in
# brightness and rounded again.
TOLERANCE = 1.1
ON_STEPS = 0.98  # share of the pixels that must lie on the steps; other pixels may be specks


def posterisation(frame: torch.Tensor) -> float | None:
    """Return the distance between the tones of a picture, if they lie at regular steps.

    Only pixels that differ from a neighbour count. At edges and in shading, a clean drawing has
    tones of any value, even if it has few flat colours. A picture reduced to a few levels per
    channel has no tones between these levels. Unused codes between used ones are the usual sign of
    a reduced bit depth (the "comb" of a histogram). Here the used codes must also lie at regular
    steps, and several of the tones must fill areas, because the tones at the edges of two-tone line
    art lie at regular steps too.

    A posterised picture isn't detected if it was later scaled, saved as JPEG or given another
    gamma, or if it has only two or three levels per channel. A drawing with hard edges in colours
    that a person picked from a grid, such as web-safe ones, counts as posterised.

    Args:
        frame: RGB in 0–1, shape (height, width, 3).

    Returns:
        Grey levels (of 255) between neighbouring tones, the median of the channels; 1 if the tones
        lie at no regular steps. None if the picture uses too few tones to decide.
    """
    return step_of(code_counts(frame.movedim(-1, 0)[None])[0].tolist())


def code_counts(planes: torch.Tensor) -> torch.Tensor:
    """Return how many pixels have each code, without waiting for the device.

    Args:
        planes: RGB in 0–1, shape (pictures, 3, height, width).

    Returns:
        Numbers of pixels, shape (pictures, 3 × 2 × 256): for each channel, those that equal all
        their neighbours and those that differ from one.
    """
    pictures = len(planes)
    codes = (planes * (CODES - 1)).round_().to(torch.uint8)
    across = codes[..., 1:] ^ codes[..., :-1]
    down = codes[..., 1:, :] ^ codes[..., :-1, :]
    across, down = (each[:, 0] | each[:, 1] | each[:, 2] for each in (across, down))
    differs = torch.zeros_like(codes[:, 0])
    differs[..., 1:] |= across
    differs[..., :-1] |= across
    differs[:, 1:] |= down
    differs[:, :-1] |= down
    length = pictures * 3 * 2 * CODES
    integer = torch.int16 if length < 2**15 else torch.int32  # the shorter one is twice as fast
    first_bins = torch.arange(0, length, 2 * CODES, device=planes.device, dtype=integer)
    bins = codes.to(integer).add_(first_bins.view(-1, 3, 1, 1))
    bins += differs.ne_(0).to(integer).mul_(CODES)[:, None]
    if bins.device.type == "cpu":
        counts = torch.bincount(bins.flatten(), minlength=length)
    else:  # `bincount` waits for other devices
        ones = torch.ones(1, dtype=torch.int32, device=bins.device).expand(bins.numel())
        counts = ones.new_zeros(length).scatter_add_(0, bins.flatten().long(), ones)
    return counts.view(pictures, -1).float()


def step_of(numbers: Sequence[float]) -> float | None:
    """Return the distance between the tones of a picture, as `posterisation` does.

    Args:
        numbers: numbers of one picture from `code_counts`.
    """
    steps = [_step(edges, areas) for areas, edges in np.reshape(numbers, (3, 2, CODES))]
    decided = sorted(step for step in steps if step is not None)
    return decided[len(decided) // 2] if decided else None


def _step(edges: np.ndarray, areas: np.ndarray) -> float | None:
    """Return the step of the tones of one channel, 1 for none; None if too few tones are used.

    Args:
        edges: for each code, the number of pixels that differ from a neighbour, shape (256,).
        areas: for each code, the number of pixels that equal all neighbours, shape (256,).
    """
    unclipped = edges.copy()
    unclipped[[0, CODES - 1]] = 0  # clipped light turns black or white, which lie on no step
    flat_tones = int((areas > RARE * areas.sum()).sum())
    steps = [
        _regular_step(counts / max(counts.sum(), 1), flat_tones) for counts in (edges, unclipped)
    ]
    return max((step for step in steps if step is not None), default=None)


def _regular_step(shares: np.ndarray, flat_tones: int) -> float | None:
    """Return the step of one channel's tones, 1 for none; None if too few tones are used.

    Args:
        shares: share of the pixels of each code, shape (256,).
        flat_tones: number of tones that fill areas.
    """
    used = np.flatnonzero(shares > RARE)
    if len(used) < LEAST_TONES:
        # So few tones can't show a step. But if many pixels have rare tones, there is no step.
        return None if shares[shares <= RARE].sum() <= 1 - ON_STEPS else 1.0
    gaps = np.diff(used)
    narrowest = gaps[gaps < 1.5 * gaps.min()].mean()
    for number in STEPS_IN_A_GAP:
        step, first = _fit_line(used, np.rint(gaps * number / narrowest))
        above_step = (np.arange(CODES) - first) % step
        distance = np.minimum(above_step, step - above_step)
        on_steps = shares[distance <= TOLERANCE].sum()
        chance = (2 * TOLERANCE / step) ** (min(flat_tones, len(used)) - 2)
        if on_steps >= ON_STEPS and chance < CHANCE:
            return step
    return 1.0


def _fit_line(tones: np.ndarray, steps: np.ndarray) -> tuple[float, float]:
    """Return the step and the first tone of the line through tones, by least squares.

    The step needn't be a whole number of levels, because a later change of brightness scales it.

    Args:
        tones: used tones, ascending.
        steps: number of steps between each tone and the next.
    """
    number = np.concatenate([[0.0], steps.cumsum()])
    spread = number - number.mean()
    step = (spread * (tones - tones.mean())).sum() / (spread**2).sum()
    return float(step), float(tones.mean() - step * number.mean())


def _posterisation(picture: Picture) -> float | Absence:
    step = step_of(picture.of_planes(code_counts))
    return Absence(FEW_TONES, counts=False) if step is None else step


FEW_TONES = "few_tones"
POSTERISATION = Measure(
    "posterisation",
    unit="grey levels",
    better=Better.LOWER,
    low=1.0,
    high=64.0,
    backend="regular-tones",
    # Five bits per channel make steps of 8 levels; `banding` measures steps of up to one level. The
    # measure is not required, because colours picked from a grid have such steps too.
    threshold=7.5,
    answers_to="Too few tones, as few bits per channel leave them: size of the regular step "
    "between tones, in grey levels",
    function=unless_dithered(_posterisation),
    passes="all_tones",
    fails="posterised",
    absences=(FEW_TONES, DITHERED),
)
