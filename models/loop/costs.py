"""What every possible loop of a clip would cost, from the distances of its frames alone."""

from dataclasses import dataclass

import torch

from ..holds import HoldPattern
from ..perceptual.backend import Progress

# Binomial taps along the diagonal, the middle one between the last frame and the first: what comes
# before and after the seam must agree too, or a swing on its way back passes for a loop.
# Source: Schödl et al., Video Textures, SIGGRAPH 2000, section 3.2.
TAPS = ((-2, 1 / 8), (-1, 3 / 8), (0, 3 / 8), (1, 1 / 8))
# Drawings before the seam and after it whose distances are compared with the clip's own.
ACROSS = ((1, 0), (1, 1), (2, 0), (2, 1))
LEAST_DRAWINGS = 4  # the distances across the seam lie inside the loop then
# A step beside the seam is the unit, kept within these multiples of the clip's usual one: where
# motion rests nothing would be alike, and beside a cut anything.
SLOWEST, FASTEST = 0.25, 2.0
# A seam that is irregular counts this much more where the clip shows no continuation to judge by.
UNSEEN = 2.0
SHOWN = 0.5  # of the taps
# How regular nine in ten places inside the clip are is regular enough for a seam.
REGULAR = 0.9
ROWS_AT_ONCE = 256  # starts worked on together; bounds the memory to 256 × lengths × 10 numbers


@dataclass(frozen=True)
class LoopCosts:
    """The cost of every loop, by its first drawing and its number of drawings.

    Attributes:
        costs: squared, in steps of the clip beside the seam; 0 is a perfect loop, 1 is off by a
            step; infinite where the length is not wanted. Shape (drawings, most drawings + 1).
        shown: whether the clip goes on long enough to show what should come after the seam.
        starts: first frame of each drawing, shape (drawings,).
        lengths: frames of each loop, same shape as `costs`, 0 where the clip ends before.
    """

    costs: torch.Tensor
    shown: torch.Tensor
    starts: torch.Tensor
    lengths: torch.Tensor


def loop_costs(
    distances: torch.Tensor,
    holds: HoldPattern,
    shortest: int,
    longest: int,
    report_progress: Progress = None,
) -> LoopCosts:
    """Judge every loop that begins and ends between drawings.

    Three squared costs add up. *Continuation*: how far the frames around the clip's own
    continuation are from those that the loop would play, filtered along the diagonal; absent at
    the clip's ends. *Seam*: how far distances across the seam fall outside those beside it (a
    normal step rather than zero), beyond what is usual inside the clip. *Hold*: a drawing beside
    the seam that is not held as long as it should be.

    Args:
        distances: of frame i to frame i + g at [i, g], shape (frames, widest + 1), infinite beyond
            the clip's end; at least up to g = `longest`.
        holds: the clip's drawings.
        shortest, longest: frames of a loop.
        report_progress: called with (drawings done, drawings in all); may raise to stop.
    """
    starts = torch.tensor(holds.drawings)
    ends = torch.tensor([*holds.drawings, holds.frames])
    band = _between_drawings(distances, starts, longest)
    drawings, most = band.shape[0], band.shape[1] - 1
    costs = torch.full_like(band, torch.inf)
    shown = torch.zeros(band.shape, dtype=torch.bool)
    lengths = torch.zeros(band.shape, dtype=torch.long)
    usual = _Usual.of(band)
    irregular = _own_irregularity(band, usual)
    for first in range(0, drawings, ROWS_AT_ONCE):
        rows = torch.arange(first, min(first + ROWS_AT_ONCE, drawings))[:, None]
        stops = rows + torch.arange(most + 1)
        within = stops <= drawings
        stops = stops.clamp(max=drawings)
        frames = torch.where(within, ends[stops] - ends[rows], 0)
        seam = (_seam(band, rows, stops, usual) - irregular).clamp(min=0)
        apart, seen = _continuation(band, rows, usual)
        cost = seam * (1 + UNSEEN * (1 - seen)) + apart + _hold(holds, rows, stops)
        wanted = within & (frames >= shortest) & (frames <= longest)
        wanted[:, :LEAST_DRAWINGS] = False
        costs[rows[:, 0]] = torch.where(wanted, cost, torch.inf)
        shown[rows[:, 0]] = seen >= SHOWN
        lengths[rows[:, 0]] = frames
        if report_progress is not None:
            report_progress(int(rows[-1]) + 1, drawings)
    return LoopCosts(costs, shown, starts, lengths)


@dataclass(frozen=True)
class _Usual:
    """A clip's usual distances: over one drawing, two and three; all above 0."""

    over: tuple[float, ...]  # index: drawings apart

    @classmethod
    def of(cls, band: torch.Tensor) -> "_Usual":
        over = [0.0]
        for column in band[:, 1:LEAST_DRAWINGS].T:
            there = column[column.isfinite()]
            over.append(max(there.median().item(), 1e-6) if len(there) else 1e-6)
        return cls(tuple(over))

    def unit(self, before: torch.Tensor, after: torch.Tensor) -> torch.Tensor:
        """The squared step beside a seam, from those before it and after it."""
        step = (before**2 + after**2) / 2
        return step.clamp((SLOWEST * self.over[1]) ** 2, (FASTEST * self.over[1]) ** 2)


def _between_drawings(distances: torch.Tensor, starts: torch.Tensor, longest: int) -> torch.Tensor:
    """The band of drawings instead of frames: [i, g] is drawing i to drawing i + g."""
    widest = distances.shape[1] - 1
    # The whole clip is a loop too: its end is one drawing after the last.
    ends = torch.cat([starts, starts.new_tensor([len(distances)])])
    reach = torch.searchsorted(ends, starts + longest, right=True) - 1
    most = max(LEAST_DRAWINGS, int((reach - torch.arange(len(starts))).max()))
    other = torch.arange(len(starts))[:, None] + torch.arange(most + 1)
    inside = other < len(starts)
    gap = starts[other.clamp(max=len(starts) - 1)] - starts[:, None]
    band = distances.float()[starts[:, None], gap.clamp(max=widest)]
    return torch.where(inside & (gap <= widest), band, torch.inf)


def _at(band: torch.Tensor, rows: torch.Tensor, gaps: torch.Tensor) -> torch.Tensor:
    """Elements of the band, infinite outside of it."""
    inside = (rows >= 0) & (rows < band.shape[0]) & (gaps >= 0) & (gaps < band.shape[1])
    found = band[rows.clamp(0, band.shape[0] - 1), gaps.clamp(0, band.shape[1] - 1)]
    return torch.where(inside, found, torch.inf)


def _continuation(
    band: torch.Tensor, rows: torch.Tensor, usual: _Usual
) -> tuple[torch.Tensor, torch.Tensor]:
    """The squared distance from the clip's own continuation, and how much of that there is."""
    gaps = torch.arange(band.shape[1])
    total, weights = torch.zeros(()), torch.zeros(())
    for shift, weight in TAPS:
        tap = _at(band, rows + shift, gaps.expand(len(rows), -1))
        there = tap.isfinite()
        total = total + torch.where(there, tap, 0) ** 2 * weight
        weights = weights + there * weight
    stops = rows + gaps
    unit = usual.unit(*_sides(band, rows, stops, 1))
    return torch.where(weights > 0, total / weights.clamp(min=1e-9), 0) / unit, weights


def _seam(
    band: torch.Tensor, rows: torch.Tensor, stops: torch.Tensor, usual: _Usual
) -> torch.Tensor:
    """How abnormal each seam's distances are; drawing `stops` − 1 is followed by `rows`."""
    unit = usual.unit(*_sides(band, rows, stops, 1))
    total = torch.zeros(())
    for before, after in ACROSS:
        gaps = stops - before - rows - after
        across = _at(band, rows + after, gaps)
        total = total + _outside(across, band, rows, stops, before + after, usual)
    return total / len(ACROSS) / unit


def _own_irregularity(band: torch.Tensor, usual: _Usual) -> float:
    """What `_seam` gives for nine in ten places inside the clip, where nothing is cut."""
    place = torch.arange(band.shape[0])
    total = torch.zeros(())
    for before, after in ACROSS:
        across = _at(band, place - before, torch.full_like(place, before + after))
        total = total + _outside(across, band, place, place, before + after, usual)
    seams = total / len(ACROSS) / usual.unit(*_sides(band, place, place, 1))
    seams = seams[seams.isfinite()]
    return torch.quantile(seams, REGULAR).item() if len(seams) else 0.0


def _sides(
    band: torch.Tensor, rows: torch.Tensor, stops: torch.Tensor, apart: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Distances over `apart` drawings: the last ones before the stops, the first from the rows."""
    column = band[:, apart]
    before = _at(column[:, None], stops - 1 - apart, torch.zeros_like(stops))
    after = _at(column[:, None], rows, torch.zeros_like(rows))
    return before, after


def _outside(
    across: torch.Tensor,
    band: torch.Tensor,
    rows: torch.Tensor,
    stops: torch.Tensor,
    apart: int,
    usual: _Usual,
) -> torch.Tensor:
    """Squared distance of `across` from the range that the sides of the seam span."""
    # A cut beside the seam must not excuse a jump across it.
    most = FASTEST * usual.over[apart]
    before, after = (side.clamp(max=most) for side in _sides(band, rows, stops, apart))
    low, high = torch.minimum(before, after), torch.maximum(before, after)
    return (low - across).clamp(min=0) ** 2 + (across - high).clamp(min=0) ** 2


def _hold(holds: HoldPattern, rows: torch.Tensor, stops: torch.Tensor) -> torch.Tensor:
    """Frames by which the drawings beside the seam are held too long or short, in usual holds."""
    lengths = torch.tensor(holds.lengths, dtype=torch.float32)
    last, typical = len(lengths) - 1, float(holds.typical)
    # What the clip's ends cut off is only known where all drawings are held alike.
    regular = (lengths[1:-1] == typical).float().mean().item() >= REGULAR
    due = typical if regular else 0.0
    first, final = lengths[rows], lengths[(stops - 1).clamp(min=0)]
    instead_first = lengths[stops.clamp(max=last)]
    instead_final = lengths[(rows - 1).clamp(min=0)]
    wrong_first = torch.where(
        stops < last, (first - instead_first).abs(), (due - first).clamp(min=0)
    )
    wrong_final = torch.where(rows > 1, (final - instead_final).abs(), (due - final).clamp(min=0))
    return (wrong_first + wrong_final) / typical
