"""Means over the cells of a picture: squares of pixels, of which only some count."""

import torch

CELLS = 24  # along the shorter side; a cell is about as large as an eye in a full shot of a figure
COVERED = 0.5  # share of a cell's pixels that must count


def cell_means(
    values: torch.Tensor, counted: torch.Tensor, covered: float = COVERED
) -> torch.Tensor:
    """Return the mean of the counted pixels of each cell; NaN for a cell with too few of them.

    Args:
        values: shape (channels, height, width).
        counted: boolean mask, shape (height, width).
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


def middle_mean(cells: torch.Tensor) -> torch.Tensor:
    """Return the mean of the middle half of the cells' values in each channel.

    A few cells with extreme values, such as those in which something moves, don't affect it.

    Args:
        cells: result of `cell_means`; cells of NaN are left out.

    Returns:
        One mean for each channel, shape (channels,).
    """
    finite = cells[:, cells[0].isfinite()].sort(dim=1).values
    quarter = finite.shape[1] // 4
    return finite[:, quarter : finite.shape[1] - quarter].mean(dim=1)
