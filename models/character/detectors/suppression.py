"""Suppression of duplicate and nested boxes, so that each person has one box."""

import torch

# Least share of the smaller of two boxes that lies inside the other, if both are the same person.
# Boxes of two faces never overlap that much. Of two persons, one of whom stands wholly in front of
# the other, one is lost.
NESTED_SHARE = 0.9


def suppress(
    boxes: torch.Tensor, scores: torch.Tensor, most_overlap: float, pixel: float = 0.0
) -> torch.Tensor:
    """Return the box with the highest score of each group of overlapping boxes (greedy NMS).

    A box is dropped if its intersection over union with a kept box of a higher score is above
    `most_overlap`, or if the smaller of the two lies in the other by `NESTED_SHARE`.

    Args:
        boxes: left, top, right, bottom, shape (boxes, 4).
        scores: score of each box, shape (boxes,); of equal scores the earlier box goes first.
        most_overlap: largest intersection over union of two boxes that are both kept.
        pixel: length added to widths and heights: 1 if right and bottom are the last pixels
            inside, 0 if they are edges.

    Returns:
        Indices of the kept boxes, the highest score first.

    Examples:
        >>> boxes = torch.tensor([[0.0, 0, 10, 10], [1.0, 0, 11, 10], [50.0, 50, 60, 60]])
        >>> suppress(boxes, torch.tensor([0.8, 0.9, 0.5]), most_overlap=0.5).tolist()
        [1, 2]
    """
    order = scores.argsort(descending=True, stable=True)
    boxes = boxes[order]
    corner, opposite = boxes[:, :2], boxes[:, 2:] + pixel
    areas = (opposite - corner).clamp(min=0).prod(dim=1)
    sides = torch.minimum(opposite[:, None], opposite) - torch.maximum(corner[:, None], corner)
    shared = sides.clamp(min=0).prod(dim=2)
    overlap = shared / (areas[:, None] + areas - shared).clamp(min=1e-12)
    inside = shared / torch.minimum(areas[:, None], areas).clamp(min=1e-12)
    same = ((overlap > most_overlap) | (inside >= NESTED_SHARE)).tolist()

    kept_boxes: list[int] = []
    for box in range(len(order)):
        if not any(same[box][kept_box] for kept_box in kept_boxes):
            kept_boxes.append(box)
    return order[kept_boxes]
