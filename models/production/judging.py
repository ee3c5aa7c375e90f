"""Outcome of an attempt from its job: the gates' decision, or the reason why there is none."""

from ..frames import InputError
from ..jobs.queries.history import JobRecord
from ..report import Report, Verdict
from .attempts import Outcome
from .definition import PhaseDefinition
from .gates import Judgement, judge
from .production_states import AttemptState
from .state_changes import StateReason


def judge_job(definition: PhaseDefinition, job: JobRecord) -> Judgement | StateReason:
    """Return the gates' decision about a job, or the reason why they made none.

    Args:
        definition: definition of the phase.
        job: job that has ended, with its reports.
    """
    if job.error is not None:
        values = {
            "node": job.error.node_id,
            "type": job.error.node_type,
            "message": job.error.message,
        }
        return StateReason.of("production_prompt_failed", values)
    reports = {each.node_id: each.report for each in job.reports}
    try:
        judgement = judge(definition.gates, reports)
    except InputError as error:
        return StateReason("production_unjudged", str(error))
    return judgement or StateReason.of("production_unjudged")


def outcome_of(definition: PhaseDefinition, job: JobRecord, report_id: int | None) -> Outcome:
    """Return the outcome of an attempt whose job has ended.

    Args:
        definition: definition of the phase.
        job: job that has ended, with its reports.
        report_id: database id of the report that decided, or None.
    """
    judgement = judge_job(definition, job)
    if isinstance(judgement, StateReason):
        return Outcome(AttemptState.FAILED, job.job.id, reason=judgement)
    code = None if judgement.passed else _first_failing_code(judgement.report)
    return Outcome(
        AttemptState.PASSED if judgement.passed else AttemptState.FAILED,
        job.job.id,
        judgement.report.verdict.value,
        judgement.report.score,
        StateReason(code, judgement.text, "", report_id, judgement.reasons),
    )


def _first_failing_code(report: Report) -> str | None:
    """Return the reason code of the first required measurement that doesn't pass."""
    failed = (each for each in report.required if each.verdict is not Verdict.PASS)
    return next((each.reason_code for each in failed), None)
