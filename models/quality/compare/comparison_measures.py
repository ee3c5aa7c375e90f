"""List of the measures of a pair of pictures, and the selection of those that a user names.

Only ΔE₀₀ has a published limit: about 1 is just visible side by side. So all thresholds come from a
change that people know: saving a picture as JPEG of quality 75, the usual default, with colour at
full resolution. The test bench has ten pictures: drawn characters, painted backgrounds and the
sample character. Each threshold is the difference that JPEG makes to the picture that it changes
most. The other profiles use other qualities: hero 95, background 50, draft 25. The command
`python quickstart.py bench compare` prints the effect of JPEG on these pictures.
"""

from collections.abc import Sequence
from dataclasses import replace

from ...frames import InputError
from ...measure import Measure
from .ciede import COLOUR_DIFFERENCE, COLOUR_DIFFERENCE_95
from .gmsd import GMSD
from .networks import LPIPS, LPIPS_OF
from .psnr import PSNR
from .ssim import MULTI_SCALE_SSIM, SSIM

ALL = "all"
MEASURES = (
    SSIM,
    MULTI_SCALE_SSIM,
    PSNR,
    GMSD,
    COLOUR_DIFFERENCE,
    COLOUR_DIFFERENCE_95,
    *LPIPS_OF.values(),
)


def read_metrics(text: str) -> tuple[str, ...]:
    """Read the metrics that a user names.

    Args:
        text: `all`, or names separated by commas. `lpips` stands for the best network that is
            installed.

    Returns:
        Names of `MEASURES`, and `lpips` if the text names it; an empty tuple for `all`.

    Raises:
        InputError: the text has no name, or one that doesn't exist.

    Examples:
        >>> read_metrics("SSIM, psnr")
        ('ssim', 'psnr')
        >>> read_metrics("all")
        ()
    """
    names = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    choices = (ALL, *(measure.name for measure in MEASURES), LPIPS)
    unknown = [name for name in names if name not in choices]
    if unknown or not names:
        expected = f"some of {', '.join(choices)}, separated by commas"
        received = repr(unknown[0]) if unknown else "nothing"
        raise InputError("metrics", expected, received, f"Correct it, or write {ALL}.")
    return () if ALL in names else names


def select_measures(metrics: Sequence[str], measures: Sequence[Measure]) -> tuple[Measure, ...]:
    """Select the measures that a user names.

    Args:
        metrics: result of `read_metrics`, in which the name of a network's measure has replaced
            `lpips`.
        measures: `MEASURES`, with the thresholds of a profile.

    Returns:
        The named measures, of which all that have a threshold are required. If none is named: all
        measures, unchanged.
    """
    if not metrics:
        return tuple(measures)
    return tuple(
        replace(measure, required=measure.threshold is not None)
        for measure in measures
        if measure.name in metrics
    )
