"""Which prompts are remembered: `ANIME_TRACKING`, else `tracking` in the private config file."""

import logging
import os
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

from ..database.settings import said_of, write_setting

log = logging.getLogger(__name__)

ENVIRONMENT = "ANIME_TRACKING"
SETTING = "tracking"


class Tracking(str, Enum):
    """Which prompts are jobs."""

    OFF = "off"  # none, and ComfyUI's functions stay untouched
    JOBS = "jobs"  # those with an AnimeJob
    ALL = "all"


def tracking_wanted(directory: Path, environment: Mapping[str, str] = os.environ) -> Tracking:
    """What the user wants tracked; `jobs` where nothing, or nothing known, is said.

    Args:
        directory: the pack's private folder.
        environment: where `ANIME_TRACKING` may stand.
    """
    said, place = said_of(ENVIRONMENT, SETTING, directory, environment)
    try:
        return Tracking(said.lower()) if said else Tracking.JOBS
    except ValueError:
        log.warning(
            "Anime Production: %s should be one of %s; it is none of them, and %s is used.",
            place,
            ", ".join(each.value for each in Tracking),
            Tracking.JOBS.value,
        )
        return Tracking.JOBS


def set_by_environment(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether `ANIME_TRACKING` decides, whatever the config file says."""
    return bool(environment.get(ENVIRONMENT, "").strip())


def want_tracking(directory: Path, tracking: Tracking) -> None:
    """Say in the private config file what is to be tracked.

    Raises:
        SettingsError: the file can't be read or written.
    """
    write_setting(SETTING, tracking.value, directory)
