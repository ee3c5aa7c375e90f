"""Squared distances of all pairs of two blocks of vectors, by matrix products.

‖a − b‖² = ‖a‖² + ‖b‖² − 2 a·b. If a and b are nearly equal, these terms cancel. Two things keep the
error small: one vector of the clip is subtracted from all of them first, which makes the norms as
small as the distances in the clip, and the products are taken in double precision, which rounds to
1e-16 of the norms.

If the squares themselves are the distances, single precision is enough on a CPU and takes half the
time. It rounds the products of a few thousand features, whose sums are added in double precision,
and leaves errors of about a ten-millionth of the squared lengths. A few pairs, such as held frames,
are so near to each other that this error matters. They are then compared directly.
"""

from collections.abc import Callable

import torch

Progress = Callable[[int, int], None] | None

# Rows of a product, and columns of the features, that are converted to double precision at a time:
# a few MB, which stay in the processor's cache. Between two of them a run can be interrupted.
ROWS, COLUMNS = 128, 2048
# Rows at a time of the products of a block with itself, of which only pairs with a later frame are
# computed.
OWN_ROWS = 32
# A pair whose squared distance is less than this share of its squared lengths keeps three digits or
# fewer in single precision, so it is compared directly. With more than so many of these pairs for
# each frame, double precision for all is cheaper.
NEAR, MOST_NEAR = 1e-4, 4


class ProgressCounter:
    """Counter of finished steps, which reports them to a callback."""

    def __init__(self, total: int, report_progress: Progress) -> None:
        """Start at 0.

        Args:
            total: number of all steps.
            report_progress: called with (steps done, steps in all); may raise to stop.
        """
        self._done, self._total, self._report = 0, total, report_progress

    def add(self, done: int) -> None:
        """Report `done` more steps; 0 only gives the callback a chance to stop the work."""
        self._done += done
        if self._report is not None:
            self._report(self._done, self._total)


def compare_blocks(
    squares: torch.Tensor,
    earlier: torch.Tensor,
    earlier_frames: range,
    later: torch.Tensor,
    later_frames: range,
    precision: torch.dtype,
    progress: ProgressCounter,
) -> None:
    """Write the squared distances of two blocks of frames into the band.

    Args:
        squares: the band that is filled, shape (frames, widest + 1): by first frame and gap.
        earlier: features of `earlier_frames`, shape (frames, features).
        earlier_frames: indices of the frames of the first block.
        later: features of `later_frames`, shape (frames, features).
        later_frames: indices of the frames of the second block: the same as those of the first, or
            later ones.
        precision: type of the products.
        progress: counts each row of the second block.
    """
    widest = squares.shape[1] - 1
    for top in range(later_frames.start, later_frames.stop, ROWS):
        bottom = min(top + ROWS, later_frames.stop)
        left = max(earlier_frames.start, top - widest)
        right = min(earlier_frames.stop, bottom)
        if left < right:
            rows = later[top - later_frames.start : bottom - later_frames.start]
            columns = earlier[left - earlier_frames.start : right - earlier_frames.start]
            if earlier_frames == later_frames and left == top:
                rows = columns  # the same frames, converted once
            values = _squared_distances(columns, rows, precision, progress).to(squares.dtype)
            first = torch.arange(left, right, device=squares.device)[:, None]
            gap = torch.arange(top, bottom, device=squares.device) - first
            inside = (gap >= 0) & (gap <= widest)
            squares[first.expand_as(gap)[inside], gap[inside]] = values[inside]
        progress.add(bottom - top)


def _squared_distances(
    first: torch.Tensor, second: torch.Tensor, precision: torch.dtype, progress: ProgressCounter
) -> torch.Tensor:
    """Return the squared distances of all pairs, shape (first, second).

    The docstring of the module explains the precision. If `first` is `second`, the distances from a
    later vector to an earlier one are not computed.
    """
    if first.device.type == "mps":  # Apple's GPUs have no double precision
        squares = _squared_distances(first.cpu(), second.cpu(), precision, progress)
        return squares.float().to(first.device)
    gram = first.new_zeros((len(first), len(second)), dtype=torch.float64)
    squared_lengths = [gram.new_zeros(len(block)) for block in (first, second)]
    is_same = first is second
    for column in range(0, first.shape[1], COLUMNS):
        centre = first[:1, column : column + COLUMNS].to(precision)
        one = first[:, column : column + COLUMNS] - centre  # both in `precision`
        other = one if is_same else second[:, column : column + COLUMNS] - centre
        for top in range(0, len(one), OWN_ROWS if is_same else len(one)):
            rows = slice(top, top + OWN_ROWS if is_same else None)
            later = slice(top if is_same else 0, None)
            gram[rows, later] += one[rows] @ other[later].T
        squared = _squared_lengths(one)
        squared_lengths[0] += squared
        squared_lengths[1] += squared if is_same else _squared_lengths(other)
        progress.add(0)
    sums = squared_lengths[0][:, None] + squared_lengths[1]
    squares = (sums - 2 * gram).clamp(min=0)
    if precision is torch.float64:
        return squares
    nearby = squares < NEAR * sums
    pairs = (nearby.triu(1) if is_same else nearby).nonzero()
    if len(pairs) > MOST_NEAR * len(first):
        return _squared_distances(first, second, torch.float64, progress)
    for i, j in pairs.tolist():
        squares[i, j] = rowwise_squared_distances(first[i : i + 1], second[j : j + 1])[0]
        progress.add(0)
    return squares


def _squared_lengths(vectors: torch.Tensor) -> torch.Tensor:
    return torch.linalg.vector_norm(vectors, dim=1).double().square()


def rowwise_squared_distances(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Return the squared distances between the same rows of two blocks, shape (rows,)."""
    return (first - second).square().sum(dim=1)
