"""Runner of one phase of a production: makes attempts one after the other until the phase ends."""

import logging
import time
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any
from uuid import UUID, uuid4

from ..jobs.job import JobState
from ..jobs.queries.history import JobRecord
from . import attempts
from .attempts import ClaimedPhase, Hold, NewAttempt, Outcome
from .definition import CHARACTER, fill, next_values
from .gates import Judgement
from .handover import FileMissing, fetch_file, file_of_kind, store_files
from .held_phase import HeldPhase
from .host import Host, Stopped, WorkflowRefused
from .judging import judge_job, outcome_of
from .phase_parameters import ParameterError
from .phase_reasons import failure_reason, refusal_reason
from .phase_steps import (
    AcceptAttempt,
    FailPhase,
    MakeAttempt,
    ResolveAttempt,
    next_step,
    seconds_spent,
)
from .production_states import AttemptState, PhaseState
from .records import AttemptRecord
from .state_changes import NO_REASON, StateReason

log = logging.getLogger(__name__)

CHECK_SECONDS = 5.0  # between two checks that the attempt still runs here and has time left
PAUSE_SECONDS = 1.0  # between two checks if prompts that belong to no production still run
DISK_SECONDS = 60  # until the retry of a phase for which the disk had too little free space


def run_phase(hold: Hold, host: Host) -> None:
    """Run a claimed phase until it passes, fails, waits, or the hold on it ends.

    The hold ends when a person cancels the production, or when another process takes the phase over
    because this one was suspended. Then the prompt is interrupted and nothing more is written.

    Args:
        hold: hold of this process, with which it claimed the phase.
        host: this ComfyUI process.

    Raises:
        Stopped: this ComfyUI process stops.
    """
    _Run(hold, host).run()


class _Run:
    def __init__(self, hold: Hold, host: Host) -> None:
        self._phase, self._host = HeldPhase(hold, host), host

    def run(self) -> None:
        while (claim := self._phase.reload()) is not None:
            self._host.announce(claim.production)
            step = next_step(claim.phase, _now())
            if isinstance(step, ResolveAttempt):
                self._resolve(claim, step.attempt)
            elif isinstance(step, MakeAttempt):
                self._make_attempt(claim, step)
            else:
                self._end_phase(claim, step)
        self._phase.announce()

    # Steps of an attempt

    def _make_attempt(self, claim: ClaimedPhase, step: MakeAttempt) -> None:
        if not self._await_turn() or not self._has_disk_space():
            return
        attempt = NewAttempt(uuid4(), step.number, self._values(claim, step), str(uuid4()))
        try:
            attempt = self._with_files(claim, attempt)
            graph = fill(claim.phase.definition, attempt.values)
        except (FileMissing, ParameterError) as error:
            outcome = Outcome(AttemptState.FAILED, reason=refusal_reason(error))
            if self._phase.begin_attempt(attempt):
                self._phase.end_attempt(attempt.id, outcome)
            return
        self._host.make_room(graph)
        if not self._phase.begin_attempt(attempt):
            return
        mark = {
            "production": str(claim.production.id),
            "phase": str(claim.phase.id),
            "attempt": str(attempt.id),
        }
        try:
            self._host.submit(graph, attempt.prompt_id, mark)
        except WorkflowRefused as error:
            job = self._phase.find_job(attempt.prompt_id)
            job_id = job.job.id if job else None
            outcome = Outcome(AttemptState.FAILED, job_id, reason=refusal_reason(error))
            self._phase.end_attempt(attempt.id, outcome)
            return
        self._watch(claim, attempt.id, attempt.prompt_id)

    def _resolve(self, claim: ClaimedPhase, attempt: AttemptRecord) -> None:
        """Wait for a begun attempt if its prompt is in this process, else read how it ended."""
        if self._host.has_prompt(attempt.prompt_id):
            self._watch(claim, attempt.id, attempt.prompt_id)
            return
        job = self._phase.find_job(attempt.prompt_id)
        if job is None or JobState(job.state) not in (JobState.COMPLETED, JobState.FAILED):
            self._mark_lost(attempt.id)
        else:
            self._judge(claim, attempt.id, job)

    def _watch(self, claim: ClaimedPhase, attempt_id: UUID, prompt_id: str) -> None:
        """Wait for the end of an attempt's prompt and write the attempt's outcome.

        The prompt is interrupted if the phase's time is used up, or if the attempt was cancelled
        or taken over.
        """
        limit = claim.phase.definition.policy.wall_seconds
        deadline = time.monotonic() + limit - seconds_spent(claim.phase, _now())
        late = False
        self._phase.announce()
        while not self._host.wait(prompt_id, CHECK_SECONDS):
            if self._host.stopping():
                raise Stopped
            if not self._phase.attempt_runs(attempt_id):
                self._host.interrupt(prompt_id)
            elif time.monotonic() > deadline:
                late = True
                self._host.interrupt(prompt_id)
        if not self._phase.attempt_runs(attempt_id):
            return
        job = self._phase.ended_job(prompt_id)
        if job is None:
            self._mark_lost(attempt_id)
        elif JobState(job.state) is not JobState.CANCELLED:
            self._judge(claim, attempt_id, job)
        elif late:
            reason = StateReason.of("production_wall_time", {"seconds": limit, "limit": limit})
            self._phase.end_attempt(
                attempt_id, Outcome(AttemptState.FAILED, job.job.id, reason=reason)
            )
        else:  # a person interrupted the prompt
            reason = StateReason.of("production_interrupted")
            outcome = Outcome(AttemptState.CANCELLED, job.job.id, reason=reason)
            if self._phase.end_attempt(attempt_id, outcome) is AttemptState.CANCELLED:
                self._phase.release(PhaseState.CANCELLED, reason)

    def _judge(self, claim: ClaimedPhase, attempt_id: UUID, job: JobRecord) -> None:
        """Write the outcome of an attempt from the reports of its job."""
        definition = claim.phase.definition
        nodes = [each.report_node for each in definition.gates]
        report_id = self._phase.query(attempts.deciding_report_id, job.job.id, nodes)
        self._phase.end_attempt(attempt_id, outcome_of(definition, job, report_id))

    def _mark_lost(self, attempt_id: UUID) -> None:
        reason = StateReason.of("production_machine_gone")
        self._phase.end_attempt(attempt_id, Outcome(AttemptState.LOST, reason=reason))

    # End of the phase

    def _end_phase(self, claim: ClaimedPhase, step: AcceptAttempt | FailPhase) -> None:
        if isinstance(step, FailPhase):
            self._phase.release(PhaseState.FAILED, failure_reason(step))
            return
        reason = StateReason.of(step.code, step.values) if step.code else NO_REASON
        self._store_files(claim, step.attempt)
        if claim.phase.definition.policy.approval:
            approval = StateReason.of("production_approval", {"number": step.attempt.number})
            text = " ".join(filter(None, (reason.text, approval.text)))
            reason = replace(approval, text=text, parts=reason.parts + approval.parts)
            self._phase.release(PhaseState.WAITING, reason, step.attempt.id)
        else:
            self._phase.release(PhaseState.PASSED, reason, step.attempt.id)

    def _store_files(self, claim: ClaimedPhase, attempt: AttemptRecord) -> None:
        """Store the files that the next phase takes, for machines without this output folder."""
        position = claim.phase.position + 1
        kinds = {
            kind
            for phase in claim.production.phases
            if phase.position == position
            for kind in phase.definition.takes.values()
        }
        files = [file_of_kind(attempt, kind) for kind in kinds - {CHARACTER}]
        artifacts = {file.sha256: file for file in files if file is not None}
        if artifacts:
            self._phase.query(store_files, tuple(artifacts.values()), self._host.output())

    # Values of an attempt

    def _values(self, claim: ClaimedPhase, step: MakeAttempt) -> dict[str, Any]:
        """Return the parameter values of the next attempt; `_with_files` adds the files."""
        definition = claim.phase.definition
        if step.repeated is not None:
            return dict(step.repeated.values)
        if step.failed is None:
            return dict(claim.phase.parameters)
        job = self._phase.find_job(step.failed.prompt_id)
        judgement = None if job is None else judge_job(definition, job)
        reports = [judgement.report] if isinstance(judgement, Judgement) else []
        return next_values(definition, step.failed.values, *reports)

    def _with_files(self, claim: ClaimedPhase, attempt: NewAttempt) -> NewAttempt:
        """Return the attempt with the paths of the files that it takes from the previous phase."""
        values = dict(attempt.values)
        for name, kind in claim.phase.definition.takes.items():
            if kind == CHARACTER or name in claim.phase.parameters or claim.previous is None:
                continue
            file = file_of_kind(claim.previous.chosen, kind)
            if file is None:
                raise FileMissing("?")
            path = self._phase.query(fetch_file, file, self._host.output())
            values[name] = f"{path} [output]"
        return NewAttempt(attempt.id, attempt.number, values, attempt.prompt_id)

    # Conditions of an attempt

    def _await_turn(self) -> bool:
        """Wait until no prompt is queued that belongs to no production.

        Returns:
            False if the hold on the phase ended during the wait.
        """
        waited = False
        while self._host.count_other_prompts():
            waited = True
            self._host.pause(PAUSE_SECONDS)
            if self._host.stopping():
                raise Stopped
        if not waited:
            return True
        return self._phase.reload() is not None

    def _has_disk_space(self) -> bool:
        """Return True if an attempt may be made; else put the phase back into the queue."""
        free, least = self._host.free_bytes(), self._host.least_free
        if free >= least:
            return True
        values = {"free": round(free / 1e9, 2), "least": round(least / 1e9, 2)}
        reason = StateReason.of("production_disk_full", values)
        self._phase.release(PhaseState.QUEUED, reason, seconds=DISK_SECONDS)
        return False


def _now() -> datetime:
    return datetime.now(timezone.utc)
