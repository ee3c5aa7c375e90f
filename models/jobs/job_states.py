"""How a job's state may change."""

from .job import JobState

UNFINISHED = frozenset({JobState.PENDING, JobState.IN_PROGRESS})
FINAL = frozenset({JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED})


def following(now: JobState, said: JobState) -> JobState:
    """The state of a job after a word on it, which may come late, twice, or out of order.

    Nothing takes a final state's place. `lost` is only what others think of a job whose process
    is no longer seen, so it yields to whatever that process says later.

    Args:
        now: the job's state.
        said: what an event says that it is.
    """
    if now in FINAL or said is JobState.PENDING:
        return now
    if said is JobState.LOST:
        return JobState.LOST if now in UNFINISHED else now
    return said
