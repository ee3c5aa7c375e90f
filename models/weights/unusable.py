"""Weights that are installed and yet of no use: why, for a measure that can be left out."""

import logging

from ..dependency import MissingDependency
from ..frames import Absence, InputError

logger = logging.getLogger(__name__)


def why_unusable(name: str, file: str, error: InputError | MissingDependency) -> Absence:
    """The reason for people; the log has the error itself, which names paths of this machine.

    Args:
        name: of the weights, a key of `WEIGHTS`.
        file: where the file at fault lies, from ComfyUI's `models` on.
        error: what opening or running it raised.
    """
    logger.warning("%s is left out: %s", name, error)
    if isinstance(error, MissingDependency):
        return Absence("package_unusable", {"package": error.name})
    return Absence("weights_unusable", {"file": file, "name": name})
