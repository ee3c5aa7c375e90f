"""Gradient magnitude similarity deviation: unevenness of the edge differences of two pictures."""

import torch
from torch.nn.functional import avg_pool2d, pad

from ...image_ops.gradients import prewitt_gradient
from ...measure import Measure
from ...measurement import Better
from .pair_reasons import COMPARED, UNCOMPARED

# Without it, flat areas, where the ratio is 0/0, would decide the result. The paper has 170, on a
# scale of 0–255.
CONSTANT = 170 / 255**2


def gmsd(grey: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """Return GMSD (Xue, Zhang, Mou, Bovik, IEEE Transactions on Image Processing, 2014).

    Both pictures are reduced to means of 2×2 px; an odd last row or column is padded with 0, as in
    the authors' code. GMSD is the standard deviation over the picture of the similarity of the
    gradient magnitudes at each pixel. It responds to edges that are lost, added or blurred more in
    some places than in others, which people notice most. It responds little to light and colour.

    Args:
        grey: luma in 0–1, shape (…, height, width).
        reference: luma in 0–1, of the same shape.

    Returns:
        GMSD of each pair, shape (…): 0 for identical pictures; 0.05 is a small difference, and
        above 0.2 a drawing is hardly recognisable.
    """
    one, other = prewitt_gradient(_halved(grey)), prewitt_gradient(_halved(reference))
    similarity = (2 * one * other + CONSTANT) / (one.square() + other.square() + CONSTANT)
    return similarity.std(dim=(-2, -1), correction=0)


def _halved(grey: torch.Tensor) -> torch.Tensor:
    height, width = grey.shape[-2:]
    padded = pad(grey, (0, width % 2, 0, height % 2))
    return avg_pool2d(padded.unsqueeze(-3), 2).squeeze(-3)


GMSD = Measure(
    "gmsd",
    unit="GMSD",
    better=Better.LOWER,
    high=0.15,
    backend="gmsd-prewitt",
    threshold=0.0065,
    label="GMSD",
    answers_to="Edges that are damaged more in some places than in others",
    function=lambda pairs: gmsd(pairs.pictures.grey, pairs.references.grey),
    reasons=COMPARED,
    absences=UNCOMPARED,
)
