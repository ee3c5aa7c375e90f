"""Which prompts are remembered: told, and changed where no environment variable decides."""

from typing import Any

from ...models.jobs.recording.tracking import Tracking
from ...models.settings import TRACKING, SettingsError
from .answers import Refusal
from .endpoint import Asked, Site

FIELD = "tracking"


def tracking(site: Site, asked: Asked) -> dict[str, Any]:
    """What is tracked now, what after a restart, and who decides."""
    by_environment = TRACKING.is_in_environment()
    return {
        "tracking": site.recorder.tracking.value,
        "after_restart": TRACKING.read(site.host.private()).value,
        "decided_by": TRACKING.variable if by_environment else None,
    }


def change(site: Site, asked: Asked) -> dict[str, Any]:
    """Write into the private config file what is to be tracked, and do so where that is possible
    without a restart."""
    words = [each.value for each in Tracking]
    said = asked.body.get(FIELD)
    if said not in words:
        message = f"{FIELD}: expected one of {', '.join(words)}, got {str(said)[:100]!r}."
        raise Refusal(400, "bad_field", message)
    if TRACKING.is_in_environment():
        message = (
            f"{TRACKING.variable} decides what is tracked; change it there, and start ComfyUI anew."
        )
        raise Refusal(409, "set_by_environment", message)
    wanted = Tracking(said)
    try:
        TRACKING.write(site.host.private(), wanted.value)
    except SettingsError as error:
        raise Refusal(409, "not_written", str(error)) from None
    site.recorder.track(wanted)
    return tracking(site, asked)
