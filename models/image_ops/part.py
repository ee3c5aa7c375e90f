"""Parts of a batch that don't keep the rest of it in memory."""

import torch


def own_part(values: torch.Tensor, start: int, length: int, axis: int = 0) -> torch.Tensor:
    """Return consecutive entries of an axis.

    They are a view, which takes no memory as long as the whole batch is kept too. If they are less
    than half of what the view would keep, they are a copy: a few frames of a long clip must not
    hold all of it when nothing else needs it.

    Args:
        values: batch of images, latents or masks.
        start: index of the first entry.
        length: number of entries.
        axis: axis of the entries.

    Examples:
        >>> frames = torch.rand(10, 4, 4, 3)
        >>> own_part(frames, 2, 6).data_ptr() == frames[2].data_ptr()
        True
        >>> own_part(frames, 2, 3).data_ptr() == frames[2].data_ptr()
        False
    """
    part = values.narrow(axis, start, length)
    is_small = 2 * part.numel() * part.element_size() < values.untyped_storage().nbytes()
    return part.clone() if is_small else part
