"""Weights that measures can use once they are installed, and their download on a user's request.

Nothing needs them: every family has measures without weights. Nothing is ever downloaded without a
request.
"""

from .catalogue import RECOMMENDED, WEIGHTS
from .weight import Weight, WeightFile

__all__ = ["RECOMMENDED", "WEIGHTS", "Weight", "WeightFile"]
