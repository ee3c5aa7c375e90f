"""Productions as the database knows them, with all that may be told of them."""

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


@dataclass(frozen=True)
class AttemptRecord:
    """One run of a phase's workflow.

    Attributes:
        id: its own.
        number: from 1 on; one that was cancelled or lost is run again under its number.
        state: what became of it.
        values: of the workflow's parameters.
        prompt_id: ComfyUI's.
        process_id, machine: where it runs or ran.
        job_id: None as long as its prompt wasn't seen.
        verdict, score: what the gates decided; None as long as they didn't.
        reason_code, reason: why it didn't pass.
        reasons: the same part by part, for other languages.
        chosen: whether its files are what the phase gives.
        started_at, finished_at: when.
        progress: of its job, 0 to 1; None where nobody said.
        artifacts: files that it wrote.
        reports: in short, as JSON values.
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
    artifacts: tuple[Artifact, ...]
    reports: tuple[Mapping[str, Any], ...]

    def to_dict(self) -> dict[str, Any]:
        """This attempt as JSON values."""
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
            "files": [vars(each) for each in self.artifacts],
            "reports": [dict(each) for each in self.reports],
        }


@dataclass(frozen=True)
class PhaseRecord:
    """A phase of a production.

    Attributes:
        id: its own.
        position: in the production, from 0 on.
        definition: as it was when the production began.
        state: where it stands.
        queue: by which machines that can run it find it.
        parameters: what its first attempt is filled with, beside what it takes of the one before.
        attempt_limit: how many may be made.
        process_id, machine: where it runs; None while it runs nowhere.
        started_at, finished_at: when.
        reason_code, reason, reasons: why it failed or waits.
        attempts: in the order of their numbers.
    """

    id: UUID
    position: int
    definition: PhaseDefinition
    state: PhaseState
    queue: str
    parameters: Mapping[str, Any]
    attempt_limit: int
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
        """The attempt whose files it gives."""
        return next((each for each in self.attempts if each.chosen), None)

    @property
    def running(self) -> AttemptRecord | None:
        """The attempt that runs, or that ran when its machine died."""
        return next((each for each in self.attempts if each.state is AttemptState.RUNNING), None)

    def to_dict(self) -> dict[str, Any]:
        """This phase as JSON values."""
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
    """A production.

    Attributes:
        id: its own.
        project: its name.
        state: where it stands.
        request: as it was asked for, as JSON values.
        reason_code, reason, reasons: why it failed, was cancelled or waits.
        created_at, changed_at, finished_at: when.
        phases: in their order.
        decisions: every change of state, as JSON values.
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
        """The phase that it is at: the first that hasn't passed, else the last."""
        unfinished = (each for each in self.phases if each.state is not PhaseState.PASSED)
        return next(unfinished, self.phases[-1])

    @property
    def progress(self) -> float:
        """0 to 1: passed phases, and how far the running attempt is."""
        passed = sum(each.state is PhaseState.PASSED for each in self.phases)
        running = self.current.running if self.current.state in OPEN else None
        return (passed + ((running and running.progress) or 0.0)) / len(self.phases)

    def brief(self) -> dict[str, Any]:
        """What the event `anime.production` says."""
        attempts = self.current.attempts
        return {
            "id": str(self.id),
            "state": self.state.value,
            "phase": self.current.definition.id,
            "attempt": attempts[-1].number if attempts else 0,
            "progress": round(self.progress, 4),
        }

    def to_dict(self) -> dict[str, Any]:
        """This record as strict JSON values."""
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
