"""What can be measured of a pair of pictures, and which of it counts.

None of these measures has a published limit of what is still good, but for ΔE₀₀, of which about 1
can just be seen side by side. So all thresholds are set alike, by something that people know: what
saving as JPEG does to drawings. A pair passes where it is no further from its reference than a
JPEG of quality 75, the usual default, takes the hardest of the ten pictures of the test bench:
drawn characters, painted backgrounds and the sample character, their colour at full resolution.
The other profiles take other qualities: hero 95, background 50, draft 25. The command
`python quickstart.py bench compare` prints what JPEG does to those pictures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from ...frames import InputError
from ...perceptual.backend import BEST_FIRST
from ...report import Better, Measure

ALL = "all"
LPIPS = "lpips"  # stands for the best network that is installed

SSIM = Measure(
    "ssim",
    unit="SSIM",
    better=Better.HIGHER,
    low=0.0,
    high=1.0,
    backend="ssim-gaussian-11",
    threshold=0.93,
    required=True,
)
MULTI_SCALE_SSIM = Measure(
    "ms_ssim",
    unit="MS-SSIM",
    better=Better.HIGHER,
    low=0.0,
    high=1.0,
    backend="ms-ssim-5-scales",
    threshold=0.993,
)
PSNR = Measure(
    "psnr",
    unit="dB",
    better=Better.HIGHER,
    low=10.0,
    high=60.0,
    backend="psnr-rgb",
    threshold=30.0,
)
GMSD = Measure(
    "gmsd",
    unit="GMSD",
    better=Better.LOWER,
    low=0.0,
    high=0.3,
    backend="gmsd-prewitt",
    threshold=0.0065,
)
COLOUR_DIFFERENCE = Measure(
    "colour_difference",
    unit="ΔE₀₀",
    better=Better.LOWER,
    low=0.0,
    high=20.0,
    backend="ciede2000",
    threshold=2.75,
    required=True,
)
COLOUR_DIFFERENCE_95 = Measure(
    "colour_difference_95",
    unit="ΔE₀₀",
    better=Better.LOWER,
    low=0.0,
    high=30.0,
    backend="ciede2000",
    threshold=9.1,
)
# AlexNet's and VGG's have no threshold: one would have to be measured with their weights.
LPIPS_OF: Mapping[str, Measure] = MappingProxyType(
    {
        backend: Measure(
            backend.replace("-", "_"),
            unit="LPIPS",
            better=Better.LOWER,
            low=0.0,
            high=1.0,
            backend=backend,
            threshold=0.035 if backend == "lpips-squeeze" else None,
        )
        for backend in BEST_FIRST
    }
)
MEASURES = (
    SSIM,
    MULTI_SCALE_SSIM,
    PSNR,
    GMSD,
    COLOUR_DIFFERENCE,
    COLOUR_DIFFERENCE_95,
    *LPIPS_OF.values(),
)
# As a person would call them in a sentence.
LABELS: Mapping[str, str] = MappingProxyType(
    {
        SSIM.name: "SSIM",
        MULTI_SCALE_SSIM.name: "MS-SSIM",
        PSNR.name: "PSNR (dB)",
        GMSD.name: "GMSD",
        COLOUR_DIFFERENCE.name: "mean ΔE₀₀",
        COLOUR_DIFFERENCE_95.name: "ΔE₀₀ of 95 % of the pixels",
        **{each.name: f"LPIPS ({each.name[6:]})" for each in LPIPS_OF.values()},
    }
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
