"""Squared distances of all pairs of two blocks of vectors, by matrix products.

‖a − b‖² = ‖a‖² + ‖b‖² − 2 a·b. Where a and b are nearly equal, these terms cancel; so the products
are taken of vectors from which one of the clip's own is subtracted, which leaves the norms as small
as the distances in the clip, and in double precision, whose rounding is 1e-16 of the norms. Where
the squares themselves are the distances, single precision does on a CPU, in half the time: it
rounds the products of a few thousand features, whose sums are taken in double precision, and
leaves errors of about a ten-millionth of the vectors' squares. The few pairs that are so near that
this shows, held frames for one, are then compared directly.
"""

from collections.abc import Callable

import torch

Progress = Callable[[int, int], None] | None

# Rows of a product, and columns of the features, that are converted to double precision together:
# a few MB that stay in the processor's cache, and an interrupt is noticed between two of them.
ROWS, COLUMNS = 128, 2048
# Rows of a clip's products with itself at a time: of these, only what lies after them is computed.
OWN_ROWS = 32
# Pairs nearer than this share of their vectors' squares keep three digits or fewer in single
# precision and are compared directly; with more of them a frame, double precision is cheaper.
NEAR, MOST_NEAR = 1e-4, 4


class Ticks:
    """Progress through work of several kinds."""

    def __init__(self, total: int, report_progress: Progress) -> None:
        """Take how much there is to do, and what to call with (done, in all); it may raise."""
        self._done, self._total, self._report = 0, total, report_progress

    def add(self, done: int) -> None:
        """Report some more as done."""
        self._done += done
        if self._report is not None:
            self._report(self._done, self._total)


def compare(
    squares: torch.Tensor,
    earlier: torch.Tensor,
    held: range,
    later: torch.Tensor,
    passing: range,
    precision: torch.dtype,
    ticks: Ticks,
) -> None:
    """Enter the squared distances of two blocks into the band, row by row of the later one.

    Args:
        squares: the band, shape (frames, widest + 1).
        earlier, later: features of the frames `held` and `passing`; the same, or later ones.
        precision: of the products.
        ticks: told of each row of the later block.
    """
    widest = squares.shape[1] - 1
    for top in range(passing.start, passing.stop, ROWS):
        bottom = min(top + ROWS, passing.stop)
        left, right = max(held.start, top - widest), min(held.stop, bottom)
        if left < right:
            rows = later[top - passing.start : bottom - passing.start]
            columns = earlier[left - held.start : right - held.start]
            if held == passing and left == top:
                rows = columns  # the same frames, converted once
            values = _products(columns, rows, precision, ticks).to(squares.dtype)
            first = torch.arange(left, right, device=squares.device)[:, None]
            gap = torch.arange(top, bottom, device=squares.device) - first
            inside = (gap >= 0) & (gap <= widest)
            squares[first.expand_as(gap)[inside], gap[inside]] = values[inside]
        ticks.add(bottom - top)


def _products(
    first: torch.Tensor, second: torch.Tensor, precision: torch.dtype, ticks: Ticks
) -> torch.Tensor:
    """Squared distances of all pairs, shape (first, second); see the module on precision.

    Where both are the same, those of a later one to an earlier one are left out.
    """
    if first.device.type == "mps":  # Apple's GPUs have no double precision
        return _products(first.cpu(), second.cpu(), precision, ticks).float().to(first.device)
    gram = first.new_zeros((len(first), len(second)), dtype=torch.float64)
    lengths = [gram.new_zeros(len(each)) for each in (first, second)]  # squared
    own = first is second
    for column in range(0, first.shape[1], COLUMNS):
        centre = first[:1, column : column + COLUMNS].to(precision)
        one = first[:, column : column + COLUMNS] - centre  # in this precision, as the centre is
        other = one if own else second[:, column : column + COLUMNS] - centre
        for top in range(0, len(one), OWN_ROWS if own else len(one)):
            rows = slice(top, top + OWN_ROWS if own else None)
            later = slice(top if own else 0, None)
            gram[rows, later] += one[rows] @ other[later].T
        squared = torch.linalg.vector_norm(one, dim=1).double().square()
        lengths[0] += squared
        lengths[1] += squared if own else torch.linalg.vector_norm(other, dim=1).double().square()
        ticks.add(0)
    sums = lengths[0][:, None] + lengths[1]
    squares = (sums - 2 * gram).clamp(min=0)
    if precision is torch.float64:
        return squares
    near = squares < NEAR * sums
    pairs = (near.triu(1) if own else near).nonzero()
    if len(pairs) > MOST_NEAR * len(first):
        return _products(first, second, torch.float64, ticks)
    for i, j in pairs.tolist():
        squares[i, j] = direct(first[i : i + 1], second[j : j + 1])[0]
        ticks.add(0)
    return squares


def direct(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Squared distance of each vector of one block to the same of another, shape (vectors,)."""
    return (first - second).square().sum(dim=1)
