"""What can be measured of a pair of pictures, and which of it counts.

None of these measures has a published limit of what is still good, but for ΔE₀₀, of which about 1
can just be seen side by side. So all thresholds are set alike, by something that people know: what
saving as JPEG does to drawings. A pair passes where it is no further from its reference than a
JPEG of quality 75, the usual default, takes the hardest of the ten pictures of the test bench:
drawn characters, painted backgrounds and the sample character, their colour at full resolution.
The other profiles take other qualities: hero 95, background 50, draft 25. The command
`python quickstart.py bench compare` prints what JPEG does to those pictures.
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
    """What a user asks for.

    Args:
        text: `all`, or names with commas between; `lpips` stands for the best that is installed.

    Returns:
        Names of `MEASURES`, `lpips` among them where it is asked for; none where it says `all`.

    Raises:
        InputError: no such name, or no name at all.
    """
    names = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    known = (ALL, *(measure.name for measure in MEASURES), LPIPS)
    strange = [name for name in names if name not in known]
    if strange or not names:
        expected = f"some of {', '.join(known)}, with commas between"
        came = repr(strange[0]) if strange else "nothing"
        raise InputError("metrics", expected, came, f"Correct it, or write {ALL}.")
    return () if ALL in names else names


def wanted(metrics: Sequence[str], measures: Sequence[Measure]) -> tuple[Measure, ...]:
    """The measures to take, and which of them count.

    Args:
        metrics: what `read_metrics` returned, `lpips` replaced.
        measures: `MEASURES`, as a profile wants them.

    Returns:
        All, as they are, where no metric is named; else those that are, and all of them count that
        have a threshold.
    """
    if not metrics:
        return tuple(measures)
    return tuple(
        replace(each, required=each.threshold is not None)
        for each in measures
        if each.name in metrics
    )
