"""Rules for changes of a job's state."""

from .job import JobState

UNFINISHED = frozenset({JobState.PENDING, JobState.IN_PROGRESS})
FINAL = frozenset({JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED})


def next_state(current: JobState, reported: JobState) -> JobState:
    """Return the state of a job after an event, which can arrive late, twice or out of order.

    A final state never changes. `lost` only means that the heartbeat of the job's process stopped,
    so any later event from that process replaces it.

    Args:
        current: the job's state before the event.
        reported: the state that the event gives the job.

    Examples:
        >>> next_state(JobState.IN_PROGRESS, JobState.COMPLETED).value
        'completed'
        >>> next_state(JobState.COMPLETED, JobState.IN_PROGRESS).value  # the event came late
        'completed'
    """
    if current in FINAL or reported is JobState.PENDING:
        return current
    if reported is JobState.LOST:
        return JobState.LOST if current in UNFINISHED else current
    return reported
