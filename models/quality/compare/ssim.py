"""Structural similarity (SSIM) of two pictures, at one scale and at several.

The parameters are the published ones (Wang et al. 2004): values in 0–1, a Gaussian window of 11×11
px with σ 1.5, population covariance, K₁ = 0.01, K₂ = 0.03, the mean over all pixels whose window
lies inside the picture. scikit-image computes the same with `gaussian_weights=True, sigma=1.5,
use_sample_covariance=False, data_range=1`.
"""

import torch
from torch.nn.functional import avg_pool2d

from ...image_ops.windows import gaussian_weights, windowed_mean
from ...measure import Measure
from ...measurement import Better
from .pair_reasons import COMPARED, UNCOMPARED

WINDOW = gaussian_weights(sigma=1.5, radius=5)
# Constants of Wang et al. Without them, dark and flat areas, where the ratios are 0/0, would decide
# the result.
LIGHT_CONSTANT, CONTRAST_CONSTANT = 0.01**2, 0.03**2
# Weight of each scale, the finest first, from experiments with people (Wang et al. 2003).
SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
LEAST_SIDE = len(WINDOW)
# The window must still fit into the coarsest scale, which is halved four times.
LEAST_SIDE_OF_SCALES = LEAST_SIDE * 2 ** (len(SCALE_WEIGHTS) - 1)
MIDDLE = 0.5


def ssim(grey: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """Return SSIM (Wang, Bovik, Sheikh, Simoncelli, IEEE Transactions on Image Processing, 2004).

    SSIM responds to lost, added or displaced structure and to contrast, less to light, and not to
    colour, because it compares luma. In flat areas it responds strongly to noise.

    Args:
        grey: luma in 0–1, shape (…, height, width), at least `LEAST_SIDE` px a side.
        reference: luma in 0–1, of the same shape.

    Returns:
        SSIM of each pair, shape (…): 1 for identical pictures, about 0 for unrelated ones, down to
        −1 for inverted structure.
    """
    return _similarity(grey, reference)[0]


def multi_scale_ssim(grey: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """Return multi-scale SSIM (Wang, Simoncelli, Bovik, Asilomar 2003).

    It is the product of the contrast and structure at five scales, with the light at the last scale
    only. Each factor is raised to the power of its scale's weight. Each scale has half the size of
    the one before (means of 2×2 px without an odd last row or column). So multi-scale SSIM responds
    more to what is visible from a distance than to the finest grain. A negative factor, from
    inverted structure, counts as 0, because a fractional power of a negative number is not real.

    Args:
        grey: luma in 0–1, shape (…, height, width), at least `LEAST_SIDE_OF_SCALES` px a side.
        reference: luma in 0–1, of the same shape.

    Returns:
        Similarity of each pair in 0–1, 1 for identical pictures, shape (…).
    """
    product = grey.new_ones(())
    for scale, weight in enumerate(SCALE_WEIGHTS):
        if scale:
            grey, reference = _halved(grey), _halved(reference)
        similarity, contrast = _similarity(grey, reference)
        is_last = scale == len(SCALE_WEIGHTS) - 1
        product = product * (similarity if is_last else contrast).clamp(min=0) ** weight
    return product


def _halved(grey: torch.Tensor) -> torch.Tensor:
    return avg_pool2d(grey.unsqueeze(-3), 2).squeeze(-3)


def _similarity(grey: torch.Tensor, reference: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return each pair's mean of SSIM, and of its contrast and structure without light."""
    # A variance is a small difference of large numbers, so it is rounded badly. Subtracting the
    # middle makes the numbers smaller.
    one, other = grey - MIDDLE, reference - MIDDLE
    mean, other_mean = windowed_mean(one, WINDOW), windowed_mean(other, WINDOW)
    # Only the sum of the variances is needed, which saves one windowed mean.
    variances = windowed_mean(one.square() + other.square(), WINDOW)
    variances -= mean.square() + other_mean.square()
    covariance = windowed_mean(one * other, WINDOW) - mean * other_mean
    contrast = (2 * covariance + CONTRAST_CONSTANT) / (variances + CONTRAST_CONSTANT)
    mean, other_mean = mean + MIDDLE, other_mean + MIDDLE
    light = (2 * mean * other_mean + LIGHT_CONSTANT) / (
        mean.square() + other_mean.square() + LIGHT_CONSTANT
    )
    return (light * contrast).mean(dim=(-2, -1)), contrast.mean(dim=(-2, -1))


SSIM = Measure(
    "ssim",
    unit="SSIM",
    better=Better.HIGHER,
    low=0.7,
    backend="ssim-gaussian-11",
    threshold=0.93,
    required=True,
    label="SSIM",
    answers_to="Lost or added structure; in flat colour also faint noise. Does not see hue",
    function=lambda pairs: ssim(pairs.pictures.grey, pairs.references.grey),
    reasons=COMPARED,
    absences=UNCOMPARED,
)
MULTI_SCALE_SSIM = Measure(
    "ms_ssim",
    unit="MS-SSIM",
    better=Better.HIGHER,
    low=0.85,
    backend="ms-ssim-5-scales",
    threshold=0.993,
    label="MS-SSIM",
    answers_to="The same as `ssim` at five sizes. Needs 176 px or more per side",
    function=lambda pairs: multi_scale_ssim(pairs.pictures.grey, pairs.references.grey),
    reasons=COMPARED,
    absences=UNCOMPARED,
)
