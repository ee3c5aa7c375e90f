"""Weights that a measure can use when they are installed, and how they are fetched when asked for.

Nothing needs them: every family has a measure without weights. Nothing is fetched by itself.
"""

from .catalogue import WEIGHTS
from .weight import Weight, WeightFile

__all__ = ["WEIGHTS", "Weight", "WeightFile"]
