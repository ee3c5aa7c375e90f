"""Choice of the prompts that are recorded as jobs; the setting is `models.settings.TRACKING`."""

from enum import Enum


class Tracking(str, Enum):
    """The prompts that are recorded as jobs."""

    OFF = "off"  # no prompts; the pack leaves ComfyUI's functions unchanged
    JOBS = "jobs"  # prompts with an AnimeJob node
    ALL = "all"  # all prompts
