"""Which prompts are remembered: `ANIME_TRACKING`, else `tracking` in the private config file."""

import json
import logging
import os
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

from .settings import CONFIG

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
    said, place = environment.get(ENVIRONMENT, "").strip(), ENVIRONMENT
    if not said:
        said, place = _configured(directory / CONFIG), f"{SETTING} in {directory / CONFIG}"
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


def _configured(config: Path) -> str:
    try:
        data = json.loads(config.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # a config that can't be read is said where the database is
        return ""
    return str(data.get(SETTING, "")) if isinstance(data, dict) else ""
