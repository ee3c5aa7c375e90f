"""Squared distances of all pairs of two blocks of vectors, by matrix products.

‖a − b‖² = ‖a‖² + ‖b‖² − 2 a·b. If a and b are nearly equal, these terms cancel. Two things keep the
error small: one vector of the clip is subtracted from all of them first, which makes the norms as
small as the distances in the clip, and the products are taken in double precision, which rounds to
1e-16 of the norms.

If the squares themselves are the distances, single precision is enough on a CPU and takes half the
time. It rounds the products of a few thousand features, whose sums are added in double precision,
and leaves errors of about a ten-millionth of the squared lengths. A few pairs, such as held frames,
are so near to each other that this error matters. They are then compared directly.

A GPU is fast where it gets few and large operations: it takes the products of many thousand
features at once, and its single precision isn't reduced to TF32. If it has no double precision, the
CPU adds up its sums.
"""

from collections.abc import Callable

import torch

from ..image_ops.precision import full_precision, summing_device, summing_type

Progress = Callable[[int, int], None] | None

# Rows of a product, and columns of the features, that are converted to double precision at a time:
# a few MB, which stay in the processor's cache. Between two of them a run can be interrupted.
ROWS, COLUMNS = 128, 2048
# Memory for the features that a GPU multiplies at a time, bytes.
GPU_MEMORY = 128 * 1024**2
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
        squares: the band that is filled, shape (frames, widest + 1): by first frame and gap, on the
            `summing_device` of the features.
        earlier: features of `earlier_frames`, shape (frames, features).
        earlier_frames: indices of the frames of the first block.
        later: features of `later_frames`, shape (frames, features).
        later_frames: indices of the frames of the second block: the same as those of the first, or
            later ones.
        precision: type of the products.
        progress: counts each row of the second block.
    """
    widest = squares.shape[1] - 1
    gaps = torch.arange(widest + 1, device=squares.device)
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
            # Every gap of every row is read, and those outside of the block are left as they were:
            # a selection by a mask would wait for the GPU.
            row = torch.arange(left, right, device=squares.device)[:, None] + gaps - top
            inside = (row >= 0) & (row < bottom - top)
            read = values.gather(1, row.clamp(0, bottom - top - 1))
            squares[left:right] = torch.where(inside, read, squares[left:right])
        progress.add(bottom - top)


def _squared_distances(
    first: torch.Tensor, second: torch.Tensor, precision: torch.dtype, progress: ProgressCounter
) -> torch.Tensor:
    """Return the squared distances of all pairs, shape (first, second).

    The docstring of the module explains the precision. If `first` is `second`, the distances from a
    later vector to an earlier one are not computed on a CPU. The result is on the `summing_device`
    of the vectors.
    """
    home, is_same = summing_device(first.device), first is second
    gram = torch.zeros((len(first), len(second)), dtype=torch.float64, device=home)
    squared_lengths = [gram.new_zeros(len(block)) for block in (first, second)]
    columns_at_once = _columns_at_once(first, second, precision)
    for column in range(0, first.shape[1], columns_at_once):
        columns = slice(column, column + columns_at_once)
        centre = first[:1, columns].to(precision)
        one = first[:, columns] - centre  # both in `precision`
        other = one if is_same else second[:, columns] - centre
        _add_products(gram, one, other)
        squared = _squared_lengths(one).to(home)
        squared_lengths[0] += squared
        squared_lengths[1] += squared if is_same else _squared_lengths(other).to(home)
        progress.add(0)
    sums = squared_lengths[0][:, None] + squared_lengths[1]
    squares = (sums - 2 * gram).clamp(min=0)
    if precision is torch.float64:
        return squares
    nearby = squares < NEAR * sums
    pairs = (nearby.triu(1) if is_same else nearby).nonzero()
    if len(pairs) > MOST_NEAR * len(first):
        first = first.to(home)
        second = first if is_same else second.to(home)
        return _squared_distances(first, second, torch.float64, progress)
    pairs_at_once = max(1, columns_at_once // first.shape[1])
    for i, j in (part.unbind(1) for part in pairs.split(pairs_at_once)):
        near = [rows.index_select(0, k.to(rows.device)) for rows, k in ((first, i), (second, j))]
        squares[i, j] = rowwise_squared_distances(*near).to(squares)
        progress.add(0)
    return squares


def _columns_at_once(first: torch.Tensor, second: torch.Tensor, precision: torch.dtype) -> int:
    if first.device.type == "cpu":
        return COLUMNS
    row_bytes = (len(first) + len(second)) * precision.itemsize
    return max(1, GPU_MEMORY // (row_bytes * COLUMNS)) * COLUMNS


def _add_products(gram: torch.Tensor, one: torch.Tensor, other: torch.Tensor) -> None:
    """Add the products of all pairs of vectors; see `_squared_distances`."""
    if one.device.type == "cpu":
        step = OWN_ROWS if one is other else len(one)
        for top in range(0, len(one), step):
            later = slice(top if one is other else 0, None)
            gram[top : top + step, later] += one[top : top + step] @ other[later].T
        return
    if one.dtype is torch.float64:
        gram += one @ other.T
        return
    # Single precision keeps its digits in sums of a few thousand products, so each product of a
    # batch has as many columns as on a CPU.
    whole = one.shape[1] // COLUMNS * COLUMNS
    with full_precision():
        if whole:
            left, right = (
                each[:, :whole].unflatten(1, (-1, COLUMNS)).movedim(1, 0) for each in (one, other)
            )
            gram += torch.bmm(left, right.mT).sum(dim=0, dtype=summing_type(one.device)).to(gram)
        if whole < one.shape[1]:
            gram += (one[:, whole:] @ other[:, whole:].T).to(gram)


def _squared_lengths(vectors: torch.Tensor) -> torch.Tensor:
    lengths = torch.linalg.vector_norm(vectors, dim=1)
    return lengths.to(summing_type(vectors.device)).square()


def rowwise_squared_distances(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Return the squared distances between the same rows of two blocks, shape (rows,)."""
    return (first - second).square().sum(dim=1)
