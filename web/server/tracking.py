"""Which prompts are remembered: told, and changed where no environment variable decides."""

from typing import Any

from ...models.jobs.recording.tracking import Tracking
from ...models.settings import TRACKING, SettingsError
from .bodies import TrackingBody
from .context import RouteContext
from .endpoint import RouteRequest
from .refusals import Refusal


def tracking(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """What is tracked now, what after a restart, and who decides."""
    by_environment = TRACKING.is_in_environment()
    return {
        "tracking": context.recorder.tracking.value,
        "after_restart": TRACKING.read(context.private()).value,
        "decided_by": TRACKING.variable if by_environment else None,
    }


def change(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Write into the private config file what is to be tracked, and do so where that is possible
    without a restart."""
    body: TrackingBody = request.body
    if TRACKING.is_in_environment():
        raise Refusal("set_by_environment", variable=TRACKING.variable)
    wanted = Tracking(body.tracking)
    try:
        TRACKING.write(context.private(), wanted.value)
    except SettingsError as error:
        raise Refusal("not_written", reason=str(error)) from None
    context.recorder.track(wanted)
    return tracking(context, request)
