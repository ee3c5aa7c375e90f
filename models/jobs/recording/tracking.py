"""Which prompts are remembered; `models.settings.TRACKING` is the setting."""

from enum import Enum


class Tracking(str, Enum):
    """Which prompts are jobs."""

    OFF = "off"  # none, and ComfyUI's functions stay untouched
    JOBS = "jobs"  # those with an AnimeJob
    ALL = "all"
