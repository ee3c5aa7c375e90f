"""Records of productions, phases and attempts as the database stores them, and their JSON form."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from ..gating.gate import Reason
from ..jobs.job import Artifact
from .definition import PhaseDefinition
from .production_states import OPEN, AttemptState, PhaseState, ProductionState

# Codes of the reasons with which a person's decision on an attempt is recorded.
APPROVED, REJECTED = "production_approved", "production_rejected"


@dataclass(frozen=True)
class AttemptRecord:
    """One run of a phase's workflow.

    Attributes:
        id: id of the attempt.
        number: number of the attempt in its phase, from 1; a cancelled or lost attempt is run
            again under the same number.
        state: current state of the attempt.
        values: values of the workflow's parameters, by name.
        prompt_id: id of the attempt's prompt in ComfyUI.
        process_id: id of the ComfyUI process that runs or ran the attempt; None if unknown.
        machine: name of the machine of that process; None if unknown.
        job_id: id of the job of the prompt; None until the job is recorded.
        verdict, score: decision and score (0–100) of the gates; None until they have decided.
        reason_code, reason: code and English text of the reason why the attempt didn't pass.
        reasons: the same reason in parts, for translation.
        chosen: True if the phase gives this attempt's files to the next phase.
        started_at, finished_at: times with time zone; `finished_at` is None while it runs.
        progress: progress of the job, 0 to 1; None if ComfyUI reported none.
        has_thumbnail: True if the database has a small picture of the attempt's job.
        artifacts: files that the attempt wrote.
        reports: summaries of the attempt's reports, as JSON values.
    """

    id: UUID
    number: int
    state: AttemptState
    values: Mapping[str, Any]
    prompt_id: str
    process_id: UUID | None
    machine: str | None
    job_id: UUID | None
    verdict: str | None
    score: float | None
    reason_code: str | None
    reason: str | None
    reasons: tuple[Reason, ...]
    chosen: bool
    started_at: datetime
    finished_at: datetime | None
    progress: float | None
    has_thumbnail: bool
    artifacts: tuple[Artifact, ...]
    reports: tuple[Mapping[str, Any], ...]

    def to_dict(self) -> dict[str, Any]:
        """Return this attempt as JSON values."""
        return {
            "id": str(self.id),
            "number": self.number,
            "state": self.state.value,
            "parameters": dict(self.values),
            "seed": self.values.get("seed"),
            "prompt_id": self.prompt_id,
            "job_id": self.job_id and str(self.job_id),
            "machine": self.machine,
            "verdict": self.verdict,
            "score": self.score,
            "reason_code": self.reason_code,
            "reason": self.reason,
            "because": [each.to_dict() for each in self.reasons],
            "chosen": self.chosen,
            "started_at": self.started_at.isoformat(),
            "finished_at": self.finished_at and self.finished_at.isoformat(),
            "progress": self.progress,
            "has_thumbnail": self.has_thumbnail,
            "files": [vars(each) for each in self.artifacts],
            "reports": [dict(each) for each in self.reports],
        }


@dataclass(frozen=True)
class PhaseRecord:
    """A phase of a production.

    Attributes:
        id: id of the phase in its production.
        position: position in the production, from 0.
        definition: definition of the phase when the production began.
        state: current state of the phase.
        queue: name of the queue from which machines that can run the phase take it.
        parameters: parameter values of the first attempt, without those that come from the
            previous phase.
        attempt_limit: most attempts that the phase may make.
        queue_job_id: id of the job in procrastinate's queue that may act on the phase; None if none
            may.
        process_id, machine: process and machine that run the phase; None while none runs it.
        started_at, finished_at: times with time zone; None before the start and before the end.
        reason_code, reason, reasons: code, English text and parts of the reason why the phase
            failed, was cancelled or waits.
        attempts: attempts in the order of their numbers.
    """

    id: UUID
    position: int
    definition: PhaseDefinition
    state: PhaseState
    queue: str
    parameters: Mapping[str, Any]
    attempt_limit: int
    queue_job_id: int | None
    process_id: UUID | None
    machine: str | None
    started_at: datetime | None
    finished_at: datetime | None
    reason_code: str | None
    reason: str | None
    reasons: tuple[Reason, ...]
    attempts: tuple[AttemptRecord, ...]

    @property
    def chosen(self) -> AttemptRecord | None:
        """The attempt whose files the phase gives to the next one, or None."""
        return next((each for each in self.attempts if each.chosen), None)

    @property
    def running(self) -> AttemptRecord | None:
        """The attempt that runs, or that ran when its machine died, or None."""
        return next((each for each in self.attempts if each.state is AttemptState.RUNNING), None)

    def to_dict(self) -> dict[str, Any]:
        """Return this phase as JSON values."""
        return {
            "id": str(self.id),
            "position": self.position,
            "phase": self.definition.id,
            "name": self.definition.name,
            "kind": self.definition.kind.value,
            "version": self.definition.version,
            "state": self.state.value,
            "attempt_limit": self.attempt_limit,
            "machine": self.machine,
            "started_at": self.started_at and self.started_at.isoformat(),
            "finished_at": self.finished_at and self.finished_at.isoformat(),
            "reason_code": self.reason_code,
            "reason": self.reason,
            "because": [each.to_dict() for each in self.reasons],
            "files": [vars(each) for each in self.chosen.artifacts] if self.chosen else [],
            "attempts": [each.to_dict() for each in self.attempts],
        }


@dataclass(frozen=True)
class ProductionRecord:
    """A production: phases that run one after the other, each with its attempts.

    Attributes:
        id: id of the production.
        project: name of the production's project.
        state: current state of the production.
        request: the request that created the production, as JSON values.
        reason_code, reason, reasons: code, English text and parts of the reason why the production
            failed, was cancelled or waits.
        created_at, changed_at, finished_at: times with time zone; `finished_at` is None until the
            production ends.
        phases: phases in the order in which they run.
        decisions: every change of state, oldest first, as JSON values.
    """

    id: UUID
    project: str
    state: ProductionState
    request: Mapping[str, Any]
    reason_code: str | None
    reason: str | None
    reasons: tuple[Reason, ...]
    created_at: datetime
    changed_at: datetime
    finished_at: datetime | None
    phases: tuple[PhaseRecord, ...]
    decisions: tuple[Mapping[str, Any], ...]

    @cached_property
    def current(self) -> PhaseRecord:
        """The first phase that hasn't passed, or the last phase if all have passed."""
        unfinished = (each for each in self.phases if each.state is not PhaseState.PASSED)
        return next(unfinished, self.phases[-1])

    @property
    def last_judged_by_person(self) -> AttemptRecord | None:
        """The attempt that a person approved or rejected last, or None."""
        for decision in reversed(self.decisions):
            attempts = [each for phase in self.phases for each in phase.attempts]
            if decision["reason_code"] == REJECTED and decision["attempt_id"]:
                return next(each for each in attempts if str(each.id) == decision["attempt_id"])
            if decision["reason_code"] == APPROVED and decision["kind"] == "phase":
                phase_id = decision["phase_id"]
                return next(each for each in self.phases if str(each.id) == phase_id).chosen
        return None

    @property
    def progress(self) -> float:
        """Share of the work that is done, 0 to 1: passed phases plus the running attempt's part."""
        passed = sum(each.state is PhaseState.PASSED for each in self.phases)
        running = self.current.running if self.current.state in OPEN else None
        return (passed + ((running and running.progress) or 0.0)) / len(self.phases)

    def brief(self) -> dict[str, Any]:
        """Return the payload of the event `anime.production`, as JSON values."""
        attempts = self.current.attempts
        return {
            "id": str(self.id),
            "state": self.state.value,
            "phase": self.current.definition.id,
            "attempt": attempts[-1].number if attempts else 0,
            "progress": round(self.progress, 4),
        }

    def to_dict(self) -> dict[str, Any]:
        """Return this production as strict JSON values (no NaN, no infinity)."""
        return {
            **self.brief(),
            "project": self.project,
            "reason_code": self.reason_code,
            "reason": self.reason,
            "because": [each.to_dict() for each in self.reasons],
            "request": dict(self.request),
            "created_at": self.created_at.isoformat(),
            "changed_at": self.changed_at.isoformat(),
            "finished_at": self.finished_at and self.finished_at.isoformat(),
            "phases": [each.to_dict() for each in self.phases],
            "files": self.phases[-1].to_dict()["files"],
            "decisions": [dict(each) for each in self.decisions],
        }
