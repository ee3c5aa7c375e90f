"""Runs one phase of a production: its attempts, one after the other, to an end."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any, TypeVar
from uuid import UUID, uuid4

from ..gating.gate import Reason
from ..jobs.database.database import DatabaseUnavailable
from ..jobs.job import Artifact, JobState
from ..jobs.job_states import UNFINISHED
from ..jobs.queries.history import JobRecord, find_job
from . import attempts
from .attempts import NewAttempt, Outcome, Work
from .definition import CHARACTER, fill, next_values
from .gates import Judgement
from .handover import FileMissing, fetch, keep
from .host import Host, Postponed, Stopped, WorkflowRefused
from .judging import judged, outcome_of
from .phase_kind import VIDEO
from .phase_parameters import ParameterError
from .phase_steps import Accept, GiveUp, Settle, Try, next_step, seconds_spent
from .production_states import AttemptState, PhaseState
from .records import AttemptRecord
from .state_changes import NO_REASON, StateReason

Answer = TypeVar("Answer")

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0  # between two looks whether the attempt is still ours and has time left
PAUSE_SECONDS = 1.0  # while the database is away, or ComfyUI has others' prompts
UNSEEN_SECONDS = 30.0  # until a prompt that ended and has no job is taken for lost
DISK_SECONDS = 60  # until a phase that had no room is tried again
STILLS = ("image",)


def run_phase(phase_id: UUID, host: Host) -> None:
    """Work at a phase until it passes, fails, waits for a person, or is somebody else's.

    Args:
        phase_id: of the phase; nothing happens where there is nothing to do any more.
        host: this ComfyUI.

    Raises:
        Stopped: this ComfyUI ends.
        Postponed: the phase is to be tried again later.
    """
    _Run(phase_id, host).run()


class _Run:
    def __init__(self, phase_id: UUID, host: Host) -> None:
        self._phase_id, self._host = phase_id, host

    def run(self) -> None:
        host = self._host
        work = self._ask(attempts.take_phase, self._phase_id, host.process_id)
        while work is not None:
            host.announce(work.production)
            step = next_step(work.phase, _now())
            if isinstance(step, Settle):
                self._settle(work, step.attempt)
            elif isinstance(step, Try):
                self._try(work, step)
            else:
                self._leave_with(work, step)
                break
            work = self._ask(attempts.look, self._phase_id, host.process_id)
        self._announce()

    # What is done with an attempt

    def _try(self, work: Work, step: Try) -> None:
        if not self._await_turn():
            return
        self._need_room()
        attempt = NewAttempt(uuid4(), step.number, self._values(work, step), str(uuid4()))
        try:
            attempt = self._with_files(work, attempt)
            graph = fill(work.phase.definition, attempt.values)
        except (FileMissing, ParameterError) as error:
            self._begin_and_end(attempt, Outcome(AttemptState.FAILED, reason=_refusal(error)))
            return
        self._host.make_room(graph)
        if not self._begin(attempt):
            return
        mark = {
            "production": str(work.production.id),
            "phase": str(work.phase.id),
            "attempt": str(attempt.id),
        }
        try:
            self._host.submit(graph, attempt.prompt_id, mark)
        except WorkflowRefused as error:
            job = self._find(attempt.prompt_id)
            job_id = job.job.id if job else None
            outcome = Outcome(AttemptState.FAILED, job_id, reason=_refusal(error))
            self._ask(attempts.end_attempt, attempt.id, outcome)
            return
        spent = seconds_spent(work.phase, _now())
        left = work.phase.definition.policy.wall_seconds - spent
        self._watch(work, attempt.id, attempt.prompt_id, time.monotonic() + left)

    def _settle(self, work: Work, attempt: AttemptRecord) -> None:
        """Find out what became of an attempt that somebody began, perhaps this ComfyUI."""
        if self._host.has_prompt(attempt.prompt_id):
            spent = seconds_spent(work.phase, _now())
            left = work.phase.definition.policy.wall_seconds - spent
            self._watch(work, attempt.id, attempt.prompt_id, time.monotonic() + left)
            return
        job = self._find(attempt.prompt_id)
        if job is None or JobState(job.state) not in (JobState.COMPLETED, JobState.FAILED):
            self._lose(attempt.id)
        else:
            self._conclude(work, attempt.id, job)

    def _watch(self, work: Work, attempt_id: UUID, prompt_id: str, deadline: float) -> None:
        """Wait for an attempt's prompt, as long as it is ours and has time."""
        late = False
        self._announce()
        while not self._host.wait(prompt_id, LOOK_SECONDS):
            if self._host.stopping():
                raise Stopped
            if time.monotonic() > deadline:
                late = True
                self._host.interrupt(prompt_id)
            elif not self._still_runs(attempt_id):
                self._host.interrupt(prompt_id)
        job = self._ended_job(prompt_id)
        if job is None:
            self._lose(attempt_id)
        elif JobState(job.state) is not JobState.CANCELLED:
            self._conclude(work, attempt_id, job)
        elif late:
            policy = work.phase.definition.policy
            said = {"seconds": policy.wall_seconds, "limit": policy.wall_seconds}
            reason = StateReason.of("production_wall_time", said)
            outcome = Outcome(AttemptState.FAILED, job.job.id, reason=reason)
            self._ask(attempts.end_attempt, attempt_id, outcome)
        else:
            self._interrupted(attempt_id, job)

    def _interrupted(self, attempt_id: UUID, job: JobRecord) -> None:
        """Its prompt was interrupted: by us because it isn't ours any more, or by a person."""
        reason = StateReason.of("production_interrupted")
        outcome = Outcome(AttemptState.CANCELLED, job.job.id, reason=reason)
        if self._ask(attempts.end_attempt, attempt_id, outcome) is AttemptState.CANCELLED:
            self._leave(PhaseState.CANCELLED, reason)

    def _conclude(self, work: Work, attempt_id: UUID, job: JobRecord) -> None:
        """Decide an attempt by what was measured."""
        definition = work.phase.definition
        gates = [each.report_node for each in definition.gates]
        report_id = self._ask(attempts.report_of, job.job.id, gates)
        outcome = outcome_of(definition, job, report_id)
        self._ask(attempts.end_attempt, attempt_id, outcome)

    def _lose(self, attempt_id: UUID) -> None:
        reason = StateReason.of("production_machine_gone")
        self._ask(attempts.end_attempt, attempt_id, Outcome(AttemptState.LOST, reason=reason))

    # How a phase ends

    def _leave_with(self, work: Work, step: Accept | GiveUp) -> None:
        if isinstance(step, GiveUp):
            self._leave(PhaseState.FAILED, _given_up(step))
            return
        reason = StateReason.of(step.code, step.values) if step.code else NO_REASON
        self._keep_files(work, step.attempt)
        if work.phase.definition.policy.approval:
            approval = StateReason.of("production_approval", {"number": step.attempt.number})
            text = " ".join(filter(None, (reason.text, approval.text)))
            reason = replace(approval, text=text, parts=reason.parts + approval.parts)
            self._leave(PhaseState.WAITING, reason, step.attempt.id)
        else:
            self._leave(PhaseState.PASSED, reason, step.attempt.id)

    def _keep_files(self, work: Work, attempt: AttemptRecord) -> None:
        """What the next phase takes, for a machine that can't see this one's output folder."""
        after = [p for p in work.production.phases if p.position == work.phase.position + 1]
        taken = {what for each in after for what in each.definition.takes.values()} - {CHARACTER}
        artifacts = {file.sha256: file for what in taken if (file := _file_of(attempt, what))}
        if artifacts:
            self._ask(keep, tuple(artifacts.values()), self._host.output())

    def _leave(self, state: PhaseState, reason: StateReason, chosen: UUID | None = None) -> None:
        phase, process = self._phase_id, self._host.process_id
        self._ask(attempts.leave_phase, phase, process, state, reason, chosen)

    # What an attempt is made with

    def _values(self, work: Work, step: Try) -> dict[str, Any]:
        definition = work.phase.definition
        if step.again is not None:
            return dict(step.again.values)
        if step.after is None:
            return dict(work.phase.parameters)
        job = self._find(step.after.prompt_id)
        found = None if job is None else judged(definition, job)
        reports = [found.report] if isinstance(found, Judgement) else []
        return next_values(definition, step.after.values, *reports)

    def _with_files(self, work: Work, attempt: NewAttempt) -> NewAttempt:
        """The attempt with what it takes of the phase before, which must be on this machine."""
        values = dict(attempt.values)
        for name, taken in work.phase.definition.takes.items():
            if taken == CHARACTER or name in work.phase.parameters or work.before is None:
                continue
            file = _file_of(work.before.chosen, taken)
            if file is None:
                raise FileMissing("?")
            path = self._ask(fetch, file, self._host.output())
            values[name] = f"{path} [output]"
        return NewAttempt(attempt.id, attempt.number, values, attempt.prompt_id)

    # Asking and waiting

    def _begin(self, attempt: NewAttempt) -> bool:
        phase, process = self._phase_id, self._host.process_id
        return self._ask(attempts.begin_attempt, phase, process, attempt)

    def _begin_and_end(self, attempt: NewAttempt, outcome: Outcome) -> None:
        if self._begin(attempt):
            self._ask(attempts.end_attempt, attempt.id, outcome)

    def _await_turn(self) -> bool:
        """Wait until nothing that a person queued is left; False where it isn't ours by then."""
        waited = False
        while self._host.others_prompts():
            waited = True
            self._host.rest(PAUSE_SECONDS)
            if self._host.stopping():
                raise Stopped
        return not waited or bool(self._ask(attempts.look, self._phase_id, self._host.process_id))

    def _need_room(self) -> None:
        free, least = self._host.free_bytes(), self._host.least_free
        if free >= least:
            return
        said = {"free": round(free / 1e9, 2), "least": round(least / 1e9, 2)}
        self._leave(PhaseState.QUEUED, StateReason.of("production_disk_full", said))
        self._announce()
        raise Postponed(DISK_SECONDS)

    def _ended_job(self, prompt_id: str) -> JobRecord | None:
        """The job of a prompt that ended, as soon as the database has its end."""
        start = time.monotonic()
        while True:
            job = self._find(prompt_id)
            if job is not None and JobState(job.state) not in UNFINISHED | {JobState.LOST}:
                return job
            if time.monotonic() - start > UNSEEN_SECONDS:
                return None
            self._pause()

    def _find(self, prompt_id: str) -> JobRecord | None:
        return self._ask(find_job, prompt_id, settle=True)

    def _still_runs(self, attempt_id: UUID) -> bool:
        try:
            return self._host.database.run(attempts.still_runs, attempt_id)
        except DatabaseUnavailable:
            return True  # nobody else can have taken it either

    def _announce(self) -> None:
        found = self._ask(attempts.production_of, self._phase_id)
        if found is not None:
            self._host.announce(found)

    def _ask(
        self, function: Callable[..., Answer], *arguments: Any, settle: bool = False
    ) -> Answer:
        """What the database answers, however long it is away."""
        while True:
            try:
                if settle:
                    self._host.settle()
                return self._host.database.run(function, *arguments)
            except DatabaseUnavailable:
                self._pause()

    def _pause(self) -> None:
        if self._host.stopping():
            raise Stopped
        self._host.rest(PAUSE_SECONDS)


def _refusal(error: Exception) -> StateReason:
    if isinstance(error, FileMissing):
        return StateReason.of("production_file_missing", {"path": error.path})
    return StateReason.of("production_refused", {"message": str(error)})


def _given_up(step: GiveUp) -> StateReason:
    """Why no attempt will pass, with what became of the last one."""
    if step.last is None:
        return StateReason.of(step.code, step.values)
    text = step.last.reason or ""
    last_parts = step.last.reasons or ((Reason("", {}, text),) if text else ())
    parts = StateReason.of(step.code, {**step.values, "reason": ""}).parts + last_parts
    return replace(StateReason.of(step.code, {**step.values, "reason": text}), parts=parts)


def _file_of(attempt: AttemptRecord | None, taken: str) -> Artifact | None:
    """The file that a following phase takes: the first of the kind."""
    artifacts = attempt.artifacts if attempt else ()
    if taken == VIDEO:
        return next((each for each in artifacts if each.kind not in STILLS), None)
    return artifacts[0] if artifacts else None


def _now() -> datetime:
    return datetime.now(timezone.utc)
