"""What the gates of a phase decided about the job of an attempt."""

from ..frames import InputError
from ..jobs.queries.history import JobRecord
from ..report import Report, Verdict
from .attempts import Outcome
from .definition import PhaseDefinition
from .gates import Judgement, judge
from .production_states import AttemptState
from .state_changes import StateReason


def judged(definition: PhaseDefinition, job: JobRecord) -> Judgement | StateReason:
    """What the gates decided about a job, or why they didn't."""
    if job.error is not None:
        said = {
            "node": job.error.node_id,
            "type": job.error.node_type,
            "message": job.error.message,
        }
        return StateReason.of("production_prompt_failed", said)
    reports = {each.node_id: each.report for each in job.reports}
    try:
        found = judge(definition.gates, reports)
    except InputError as error:
        return StateReason("production_unjudged", str(error))
    return found or StateReason.of("production_unjudged")


def outcome_of(definition: PhaseDefinition, job: JobRecord, report_id: int | None) -> Outcome:
    """What an attempt came to whose job has ended.

    Args:
        definition: of its phase.
        job: with what was measured.
        report_id: the report that decided, as the database numbers it.
    """
    found = judged(definition, job)
    if isinstance(found, StateReason):
        return Outcome(AttemptState.FAILED, job.job.id, reason=found)
    code = None if found.passed else _code(found.report)
    return Outcome(
        AttemptState.PASSED if found.passed else AttemptState.FAILED,
        job.job.id,
        found.report.verdict.value,
        found.report.score,
        StateReason(code, found.text, "", report_id, found.reasons),
    )


def _code(report: Report) -> str | None:
    """Of the first thing that is required and doesn't pass."""
    failed = (each for each in report.required if each.verdict is not Verdict.PASS)
    return next((each.reason_code for each in failed), None)
