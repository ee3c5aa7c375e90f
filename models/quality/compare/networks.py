"""Measures of LPIPS, one for each of its networks."""

from collections.abc import Mapping
from types import MappingProxyType

from ...measure import Measure
from ...measurement import Better
from ...perceptual.backend import BEST_FIRST
from .pair_reasons import COMPARED, UNCOMPARED

LPIPS = "lpips"  # metric that stands for the best network that is installed
NO_NETWORK = "lpips_not_installed"
# Measure of each network, by the name of its backend. AlexNet and VGG have no threshold, because
# none has been measured with their weights.
LPIPS_OF: Mapping[str, Measure] = MappingProxyType(
    {
        backend: Measure(
            backend.replace("-", "_"),
            unit="LPIPS",
            better=Better.LOWER,
            low=0.0,
            high=0.5 if backend == "lpips-squeeze" else 1.0,
            backend=backend,
            threshold=0.035 if backend == "lpips-squeeze" else None,
            label=f"LPIPS ({backend.removeprefix('lpips-')})",
            answers_to="Difference of texture and form, as a neural network sees it",
            reasons=COMPARED,
            absences=(*UNCOMPARED, NO_NETWORK),
        )
        for backend in BEST_FIRST
    }
)
