"""Pictures of the colour difference between pairs of pictures."""

import torch

from .pairs import Pairs

# Values of ΔE₀₀ and the colours that show them. Each value is about twice the one before, because
# people judge differences by their ratio. The colours are those of matplotlib's inferno. They get
# lighter, so that the picture can be read without colour as well. A ΔE₀₀ of 1 is just visible side
# by side, 2.5 is visible without a comparison, and 10 is another colour.
RAMP = (
    (0.0, (0.00, 0.00, 0.00)),
    (1.0, (0.26, 0.04, 0.41)),
    (2.5, (0.58, 0.15, 0.40)),
    (5.0, (0.87, 0.32, 0.23)),
    (10.0, (0.99, 0.65, 0.04)),
    (20.0, (0.99, 1.00, 0.64)),
)


def heat(differences: torch.Tensor) -> torch.Tensor:
    """Return the colours that show differences.

    They go from black for none over purple (1), red (2.5–5) and orange (10) to pale yellow (20 and
    more).

    Args:
        differences: ΔE₀₀ of any shape. Values that aren't finite become black.

    Returns:
        RGB in 0–1, in the shape of `differences` with a last axis of 3.
    """
    stops = differences.new_tensor([stop for stop, _ in RAMP])
    colours = differences.new_tensor([colour for _, colour in RAMP])
    finite = differences.nan_to_num(0, 0, 0).clamp(0, RAMP[-1][0])
    above = torch.bucketize(finite, stops).clamp(1, len(RAMP) - 1)
    share = (finite - stops[above - 1]) / (stops[above] - stops[above - 1])
    return torch.lerp(colours[above - 1], colours[above], share[..., None])


def draw_differences(pairs: Pairs) -> torch.Tensor:
    """Draw the colour difference of every pixel of every pair.

    Returns:
        RGB in 0–1 on the CPU, one picture for each pair; none if there are no references.
    """
    pictures = torch.empty(len(pairs) if len(pairs.references) else 0, *pairs.size, 3)
    if len(pictures):
        start = 0
        for batch in pairs.batches():
            pictures[start : start + len(batch)] = heat(batch.colour_differences).cpu()
            start += len(batch)
    return pictures
