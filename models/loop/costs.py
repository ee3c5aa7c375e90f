"""Costs of all possible loops of a clip, computed from the distances of its frames alone."""

from dataclasses import dataclass

import torch

from ..holds import HoldPattern
from ..perceptual.backend import Progress

# Shift and weight of the taps of a binomial filter along the diagonal, centred between the last
# frame and the first. The frames before and after the seam must agree too; otherwise a swing that
# passes the same pose on its way back would count as a loop.
# Source: Schödl et al., Video Textures, SIGGRAPH 2000, section 3.2.
TAPS = ((-2, 1 / 8), (-1, 3 / 8), (0, 3 / 8), (1, 1 / 8))
# Pairs of drawings whose distance across the seam is compared with distances inside the clip. The
# first number counts back from the loop's end (1 is the last drawing), the second counts on from
# its start (0 is the first drawing).
ACROSS = ((1, 0), (1, 1), (2, 0), (2, 1))
LEAST_DRAWINGS = 4  # with fewer, a pair across the seam would reach beyond the loop
# The unit of the costs is the step beside the seam, limited to these multiples of the clip's usual
# step. Without the lower limit no two frames would be alike where the motion rests; without the
# upper limit any two would be alike beside a cut.
SLOWEST, FASTEST = 0.25, 2.0
# Added to 1, this is the factor on the cost of an irregular seam if the clip has no continuation
# to compare it with.
NO_CONTINUATION = 2.0
# The clip has a continuation if it has at least this share of the taps' weights.
CONTINUATION_SHARE = 0.5
# A seam costs nothing up to this quantile of the irregularity inside the clip. And the hold pattern
# is regular if at least this share of the holds is equally long.
REGULAR = 0.9
# Number of starts that are computed together. It limits the memory to 256 × lengths × 10 numbers.
ROWS_AT_ONCE = 256


@dataclass(frozen=True)
class LoopCosts:
    """Costs of all loops, by first drawing and number of drawings.

    Attributes:
        costs: cost of each loop, in squared steps of the clip beside the seam: 0 is a perfect loop,
            1 is off by one step, infinite is a loop of a length that is not allowed. Shape
            (drawings, most drawings + 1).
        has_continuation: True if the clip goes on long enough after the loop to show what should
            come after its seam; same shape as `costs`.
        starts: first frame of each drawing, shape (drawings,).
        lengths: frames of each loop, 0 if it would end after the clip; same shape as `costs`.
    """

    costs: torch.Tensor
    has_continuation: torch.Tensor
    starts: torch.Tensor
    lengths: torch.Tensor


def loop_costs(
    distances: torch.Tensor,
    holds: HoldPattern,
    shortest: int,
    longest: int,
    report_progress: Progress = None,
) -> LoopCosts:
    """Compute the cost of every loop that begins and ends between drawings.

    Three costs add up:

    - Continuation: squared distance between the frames of the clip after the loop's end and the
      frames that the loop plays instead, filtered along the diagonal. It is absent at the clip's
      ends.
    - Seam: squared amount by which the distances across the seam lie outside the range of those
      beside it, beyond what is usual inside the clip. A good seam is a normal step rather than
      zero.
    - Hold: time by which the drawings beside the seam are held too long or too short, in usual
      holds.

    Args:
        distances: distance from frame i to frame i + g at [i, g], shape (frames, widest + 1),
            infinite beyond the clip's end; g must reach at least `longest`.
        holds: drawings of the clip.
        shortest: fewest frames of a loop.
        longest: most frames of a loop.
        report_progress: called with (drawings done, all drawings); may raise to stop.
    """
    starts = torch.tensor(holds.drawings)
    ends = torch.tensor([*holds.drawings, holds.frames])
    band = _between_drawings(distances, starts, longest)
    drawings, most = band.shape[0], band.shape[1] - 1
    costs = torch.full_like(band, torch.inf)
    has_continuation = torch.zeros(band.shape, dtype=torch.bool)
    lengths = torch.zeros(band.shape, dtype=torch.long)
    usual = _UsualDistances.from_band(band)
    own_irregularity = _own_irregularity(band, usual)
    for first in range(0, drawings, ROWS_AT_ONCE):
        rows = torch.arange(first, min(first + ROWS_AT_ONCE, drawings))[:, None]
        stops = rows + torch.arange(most + 1)
        within = stops <= drawings
        stops = stops.clamp(max=drawings)
        frames = torch.where(within, ends[stops] - ends[rows], 0)
        seam = (_seam_costs(band, rows, stops, usual) - own_irregularity).clamp(min=0)
        continuation, weight = _continuation_costs(band, rows, usual)
        seam = seam * (1 + NO_CONTINUATION * (1 - weight))
        cost = seam + continuation + _hold_costs(holds, rows, stops)
        allowed = within & (frames >= shortest) & (frames <= longest)
        allowed[:, :LEAST_DRAWINGS] = False
        costs[rows[:, 0]] = torch.where(allowed, cost, torch.inf)
        has_continuation[rows[:, 0]] = weight >= CONTINUATION_SHARE
        lengths[rows[:, 0]] = frames
        if report_progress is not None:
            report_progress(int(rows[-1]) + 1, drawings)
    return LoopCosts(costs, has_continuation, starts, lengths)


@dataclass(frozen=True)
class _UsualDistances:
    """Median distances of a clip's drawings that are one, two and three apart; all above 0."""

    by_gap: tuple[float, ...]  # index 1 is that of neighbouring drawings; index 0 is unused

    @classmethod
    def from_band(cls, band: torch.Tensor) -> "_UsualDistances":
        by_gap = [0.0]
        for column in band[:, 1:LEAST_DRAWINGS].T:
            finite = column[column.isfinite()]
            by_gap.append(max(finite.median().item(), 1e-6) if len(finite) else 1e-6)
        return cls(tuple(by_gap))

    def unit(self, before: torch.Tensor, after: torch.Tensor) -> torch.Tensor:
        """Return the squared step beside a seam, from the steps before and after it."""
        step = (before**2 + after**2) / 2
        return step.clamp((SLOWEST * self.by_gap[1]) ** 2, (FASTEST * self.by_gap[1]) ** 2)


def _between_drawings(distances: torch.Tensor, starts: torch.Tensor, longest: int) -> torch.Tensor:
    """Return the distances of drawings instead of frames: drawing i to drawing i + g at [i, g]."""
    widest = distances.shape[1] - 1
    # The whole clip is a loop too. Its end counts as the start of one more drawing.
    ends = torch.cat([starts, starts.new_tensor([len(distances)])])
    reach = torch.searchsorted(ends, starts + longest, right=True) - 1
    most = max(LEAST_DRAWINGS, int((reach - torch.arange(len(starts))).max()))
    other = torch.arange(len(starts))[:, None] + torch.arange(most + 1)
    inside = other < len(starts)
    gap = starts[other.clamp(max=len(starts) - 1)] - starts[:, None]
    band = distances.float()[starts[:, None], gap.clamp(max=widest)]
    return torch.where(inside & (gap <= widest), band, torch.inf)


def _band_values(band: torch.Tensor, rows: torch.Tensor, gaps: torch.Tensor) -> torch.Tensor:
    """Return elements of the band; infinity for indices outside of it."""
    inside = (rows >= 0) & (rows < band.shape[0]) & (gaps >= 0) & (gaps < band.shape[1])
    values = band[rows.clamp(0, band.shape[0] - 1), gaps.clamp(0, band.shape[1] - 1)]
    return torch.where(inside, values, torch.inf)


def _continuation_costs(
    band: torch.Tensor, rows: torch.Tensor, usual: _UsualDistances
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return each loop's squared distance from the clip's continuation.

    Returns:
        The squared distances, and the summed weight of the taps for which the clip has frames: 0
        without a continuation, 1 with a complete one.
    """
    gaps = torch.arange(band.shape[1])
    total, weights = torch.zeros(()), torch.zeros(())
    for shift, weight in TAPS:
        tap = _band_values(band, rows + shift, gaps.expand(len(rows), -1))
        exists = tap.isfinite()
        total = total + torch.where(exists, tap, 0) ** 2 * weight
        weights = weights + exists * weight
    stops = rows + gaps
    unit = usual.unit(*_distances_beside(band, rows, stops, 1))
    return torch.where(weights > 0, total / weights.clamp(min=1e-9), 0) / unit, weights


def _seam_costs(
    band: torch.Tensor, rows: torch.Tensor, stops: torch.Tensor, usual: _UsualDistances
) -> torch.Tensor:
    """Return the cost of each seam, from the distances across it and beside it.

    Args:
        band: distance from drawing i to drawing i + g at [i, g].
        rows: first drawing of each loop.
        stops: drawing after the last one of each loop.
        usual: usual distances of the clip.
    """
    unit = usual.unit(*_distances_beside(band, rows, stops, 1))
    total = torch.zeros(())
    for before, after in ACROSS:
        gaps = stops - before - rows - after
        across = _band_values(band, rows + after, gaps)
        total = total + _squared_excess(across, band, rows, stops, before + after, usual)
    return total / len(ACROSS) / unit


def _own_irregularity(band: torch.Tensor, usual: _UsualDistances) -> float:
    """Return the seam cost that nine in ten places inside the clip don't exceed."""
    place = torch.arange(band.shape[0])
    total = torch.zeros(())
    for before, after in ACROSS:
        across = _band_values(band, place - before, torch.full_like(place, before + after))
        total = total + _squared_excess(across, band, place, place, before + after, usual)
    seams = total / len(ACROSS) / usual.unit(*_distances_beside(band, place, place, 1))
    seams = seams[seams.isfinite()]
    return torch.quantile(seams, REGULAR).item() if len(seams) else 0.0


def _distances_beside(
    band: torch.Tensor, rows: torch.Tensor, stops: torch.Tensor, gap: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return two distances over `gap` drawings beside each seam: before it and after it."""
    column = band[:, gap]
    before = _band_values(column[:, None], stops - 1 - gap, torch.zeros_like(stops))
    after = _band_values(column[:, None], rows, torch.zeros_like(rows))
    return before, after


def _squared_excess(
    across: torch.Tensor,
    band: torch.Tensor,
    rows: torch.Tensor,
    stops: torch.Tensor,
    gap: int,
    usual: _UsualDistances,
) -> torch.Tensor:
    """Return by how much `across` leaves the range of the distances beside the seam, squared."""
    # A cut beside the seam must not excuse a jump across it.
    most = FASTEST * usual.by_gap[gap]
    before, after = (side.clamp(max=most) for side in _distances_beside(band, rows, stops, gap))
    low, high = torch.minimum(before, after), torch.maximum(before, after)
    return (low - across).clamp(min=0) ** 2 + (across - high).clamp(min=0) ** 2


def _hold_costs(holds: HoldPattern, rows: torch.Tensor, stops: torch.Tensor) -> torch.Tensor:
    """Return by how much drawings beside the seam are held too long or short, in usual holds."""
    lengths = torch.tensor(holds.lengths, dtype=torch.float32)
    last, typical = len(lengths) - 1, float(holds.typical)
    # The clip's ends may cut off a hold. Its full length is known only if all holds are equal.
    regular = (lengths[1:-1] == typical).float().mean().item() >= REGULAR
    expected = typical if regular else 0.0
    first, final = lengths[rows], lengths[(stops - 1).clamp(min=0)]
    # In the clip itself, these drawings come after the loop's end and before its start.
    next_in_clip = lengths[stops.clamp(max=last)]
    previous_in_clip = lengths[(rows - 1).clamp(min=0)]
    first_off = torch.where(
        stops < last, (first - next_in_clip).abs(), (expected - first).clamp(min=0)
    )
    final_off = torch.where(
        rows > 1, (final - previous_in_clip).abs(), (expected - final).clamp(min=0)
    )
    return (first_off + final_off) / typical
