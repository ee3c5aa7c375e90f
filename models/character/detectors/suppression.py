"""One box for each one who was found: duplicates and boxes inside others go."""

import torch

# Share of the smaller of two boxes that lies in the other from which both are of the same one. A
# face has no face inside; of two persons, one that stands wholly before the other is lost.
NESTED_SHARE = 0.9


def suppress(
    boxes: torch.Tensor, scores: torch.Tensor, most_overlap: float, pixel: float = 0.0
) -> torch.Tensor:
    """Keep the surest box of each group that overlap, greedily.

    A box goes where a surer one that stays overlaps it, as intersection over union, by more than
    `most_overlap`, or where the smaller of the two lies in the other by `NESTED_SHARE`.

    Args:
        boxes: left, top, right, bottom, shape (boxes, 4).
        scores: how sure each is, shape (boxes,); of equal ones the earlier is surer.
        most_overlap: intersection over union that two of them may have.
        pixel: added to widths and heights: 1 where right and bottom are the last pixels inside,
            0 where they are edges.

    Returns:
        Indices of those that stay, the surest first.
    """
    order = scores.argsort(descending=True, stable=True)
    boxes = boxes[order]
    corner, far = boxes[:, :2], boxes[:, 2:] + pixel
    areas = (far - corner).clamp(min=0).prod(dim=1)
    meet = torch.minimum(far[:, None], far) - torch.maximum(corner[:, None], corner)
    shared = meet.clamp(min=0).prod(dim=2)
    overlap = shared / (areas[:, None] + areas - shared).clamp(min=1e-12)
    inside = shared / torch.minimum(areas[:, None], areas).clamp(min=1e-12)
    same = ((overlap > most_overlap) | (inside >= NESTED_SHARE)).tolist()

    kept: list[int] = []
    for each in range(len(order)):
        if not any(same[each][surer] for surer in kept):
            kept.append(each)
    return order[kept]
