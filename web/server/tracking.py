"""Handlers of the routes that read and change which prompts are recorded as jobs."""

from typing import Any

from ...models.jobs.recording.tracking import Tracking
from ...models.settings import TRACKING, SettingsError
from .bodies import TrackingBody
from .context import RouteContext
from .endpoint import RouteRequest
from .refusals import Refusal


def get_tracking(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Return the setting now and after a restart, and the environment variable that sets it."""
    is_in_environment = TRACKING.is_in_environment()
    return {
        "tracking": context.recorder.tracking.value,
        "after_restart": TRACKING.read(context.private()).value,
        "decided_by": TRACKING.variable if is_in_environment else None,
    }


def change_tracking(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Write the setting into the private config file, and apply it now if no restart is needed."""
    body: TrackingBody = request.body
    if TRACKING.is_in_environment():
        raise Refusal("set_by_environment", variable=TRACKING.variable)
    new_tracking = Tracking(body.tracking)
    try:
        TRACKING.write(context.private(), new_tracking.value)
    except SettingsError as error:
        raise Refusal("not_written", reason=str(error)) from None
    context.recorder.track(new_tracking)
    return get_tracking(context, request)
