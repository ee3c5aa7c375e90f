"""Health of the outbox: if events can be kept, and if they reach the database."""

from datetime import datetime, timezone
from typing import Any

from ...models.jobs.recording.recorder_status import RecorderStatus
from .health_status import DEGRADED, DOWN, OK

# An event waits longer than this only if something is wrong or very many wait: even the first start
# of the embedded database takes less.
LATE_SECONDS = 120.0

FAILING, LATE, INCOMPLETE = "failing", "late", "incomplete"
SHOW_SET_ASIDE = "python quickstart.py jobs set-aside"


def outbox_health(state: RecorderStatus, now: datetime | None = None) -> dict[str, Any]:
    """Return the health of the outbox.

    While the database can't be reached, the database's own health says so, and the outbox does
    what it is for.

    Args:
        state: status of the recording.
        now: time with which the oldest event is compared; None for the present.
    """
    failing_since = state.shipping.since
    facts = {
        "backlog": state.backlog,
        "oldest": state.oldest and state.oldest.isoformat(),
        "failing_since": failing_since and failing_since.isoformat(),
        "rejected": state.rejected,
        "lost": state.lost,
        "dropped": state.dropped,
    }
    if state.outbox is not None:
        message = (
            f"The outbox can't be used ({state.outbox}): events that wait in memory are lost if"
            " ComfyUI ends. Free some space on the disk, and let ComfyUI write into its user"
            " folder."
        )
        return {"status": DOWN, "message": message, **facts}
    problem, message, commands = _problem(state, now or datetime.now(timezone.utc))
    if problem is None:
        return {"status": OK, **facts}
    advice = {"problem": problem, "message": message, "commands": commands}
    return {"status": DEGRADED, **advice, **facts}


def _problem(state: RecorderStatus, now: datetime) -> tuple[str | None, str, list[str]]:
    """Return the problem's code, its message and its commands; the code is None if all is well."""
    is_reached = state.database is None
    if is_reached and state.shipping.failure is not None:
        waiting = f"{state.backlog} events wait in the outbox."
        return FAILING, f"{state.shipping.failure} {waiting}", []
    waited = (now - state.oldest).total_seconds() if state.oldest else 0.0
    if is_reached and waited > LATE_SECONDS:
        message = (
            f"The oldest event has waited for {waited / 60:.0f} minutes, and no error says why."
            " Look for lines of Anime Production in ComfyUI's log. If there is none, restart"
            " ComfyUI."
        )
        return LATE, message, []
    if state.rejected or state.dropped:
        message = (
            f"{state.rejected} events could not be written into the database and are set aside;"
            f" {state.dropped} could not be kept at all. ComfyUI's log says why."
        )
        commands = [SHOW_SET_ASIDE, f"{SHOW_SET_ASIDE} --retry"] if state.rejected else []
        return INCOMPLETE, message, commands
    return None, "", []
