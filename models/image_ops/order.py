"""Order statistics and places of values, as each device finds them fastest.

On a CPU, NumPy's selection takes a tenth of the time of torch's sorts. On other devices everything
but `places` runs without waiting for the device.
"""

from collections.abc import Sequence

import numpy as np
import torch

GROUPS = 16  # values are taken in such groups, whose maxima bound the highest values from below


def ranked(values: torch.Tensor, ranks: Sequence[int]) -> torch.Tensor:
    """Return the values that have some ranks in each row, counted from 0 for the lowest.

    Args:
        values: shape (rows, values), without NaN.
        ranks: ranks in 0 … values − 1.

    Returns:
        Values, shape (rows, ranks).

    Examples:
        >>> ranked(torch.tensor([[3.0, 1.0, 2.0]]), [0, 2]).tolist()
        [[1.0, 3.0]]
    """
    if values.device.type == "cpu":
        partitioned = np.partition(values.numpy(), sorted(set(ranks)), axis=-1)
        return torch.from_numpy(partitioned[:, list(ranks)])
    ascending = values.sort(dim=-1).values
    return torch.stack([ascending[:, rank] for rank in ranks], dim=-1)


def ascending(values: torch.Tensor) -> torch.Tensor:
    """Return the values of each row from the lowest to the highest.

    Args:
        values: shape (…, values), without NaN.
    """
    if values.device.type == "cpu":
        return torch.from_numpy(np.sort(values.numpy(), axis=-1))
    return values.sort(dim=-1).values


def highest(values: torch.Tensor, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the highest values of each row and their indices.

    Args:
        values: shape (rows, values), without NaN.
        count: number of values that are returned of each row, 1 or more, at most that of the row.

    Returns:
        Values in any order, and their indices, both of shape (rows, count).
    """
    if values.device.type != "cpu" or values.shape[1] < 4 * GROUPS * count:
        top = values.topk(count, sorted=False)
        return top.values, top.indices
    indices = torch.stack([_highest_of_row(row, count) for row in values])
    return values.gather(1, indices), indices


def _highest_of_row(row: torch.Tensor, count: int) -> torch.Tensor:
    """Return the indices of the highest of many values on a CPU."""
    maxima = row[: len(row) // GROUPS * GROUPS].view(GROUPS, -1).amax(dim=0).numpy()
    # At least `count` values are as high as this one, so that all lower ones can be left out.
    bound = np.partition(maxima, len(maxima) - count)[len(maxima) - count]
    candidates = torch.from_numpy(np.flatnonzero(row.numpy() >= bound))
    return candidates[row[candidates].topk(count, sorted=False).indices]


def places(values: torch.Tensor, above: float = 0) -> torch.Tensor:
    """Return the flat indices of the values above a limit; any device is waited for.

    Args:
        values: numbers of any shape.
        above: limit.
    """
    if values.device.type == "cpu":
        return torch.from_numpy(np.flatnonzero(values.numpy() > above))
    return (values > above).flatten().nonzero()[:, 0]
