"""Reason for the report of a measure whose weights are installed but can't be used."""

import logging

from ..dependency import MissingDependency
from ..frames import Absence, InputError
from ..graphics_memory import MemoryFull

logger = logging.getLogger(__name__)


def absence_for_unusable(name: str, file: str, error: InputError | MissingDependency) -> Absence:
    """Return the reason why weights can't be used, and log the error.

    The reason is shown in reports, so it contains no path of this computer. The logged error does.

    Args:
        name: name of the weights, a key of `WEIGHTS`.
        file: path of the faulty file, from ComfyUI's `models` on.
        error: error from opening or running it.
    """
    if isinstance(error, MemoryFull):
        logger.warning("There is no room in memory for the weights %s: %s", name, error)
        return Absence("no_memory", {"name": name})
    logger.warning("The weights %s can't be used and are left out: %s", name, error)
    if isinstance(error, MissingDependency):
        return Absence("package_unusable", {"package": error.name})
    return Absence("weights_unusable", {"file": file, "name": name})
