"""The productions of a dump; the imports are those of pack 0.1.0, see make.py."""

# mypy: ignore-errors
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from anime_production.models.acting.gate import Because
from anime_production.models.jobs.job import JobSource, JobState
from anime_production.models.jobs.ledger import write
from anime_production.models.production import attempts, store
from anime_production.models.production.catalogue import list_phases
from anime_production.models.production.definition import read_definition
from anime_production.models.production.request import read_request
from anime_production.models.production.rows import Why
from anime_production.models.production.states import AttemptState, PhaseState

from . import make_jobs
from .make_jobs import DEAD, HERE, numbered

ERA = 0x020
OWN = {
    "id": "own", "name": "自分の段階", "kind": "image",
    "policy": {"attempts": 2, "approval": True, "at_end": "best", "adjustments": [
        {"reasons": ["soft_lines", "noise"], "change": {"blur": {"multiply": 0.5}}},
    ]},
    "graph": {key: {"class_type": kind, "inputs": given} for key, (kind, given) in {
        "1": ("AnimeParameterInt", {"name": "seed", "value": 7, "low": 0, "high": 100}),
        "2": ("AnimeParameterFloat", {"name": "blur", "value": 3.0, "low": 0.0, "high": 8.0}),
        "3": ("AnimeSampleClip", {"seed": ["1", 0], "blur": ["2", 0]}),
        "4": ("AnimeStillQuality", {"images": ["3", 0], "profile": "hero"}),
        "5": ("AnimeGate", {"report": ["4", 0], "images": ["3", 0]}),
        "6": ("AnimeJob", {}),
        "7": ("AnimeJobSave", {"job": ["6", 0], "images": ["3", 0]}),
    }.items()},
}  # fmt: skip
PHASES = (["own"], "sample", ["sdxl_stills", "wan22_loop"], ["sample_stills", "sample_clip"])
SOFT = Why(
    "soft_lines", "The picture is soft: its strongest lines are 4 px wide from dark to light.",
    because=(Because("soft_lines", {"width": "4"}, "The picture is soft: …", "line_width"),),
)  # fmt: skip


class Making:
    """One production, worked at by hand as a ComfyUI would."""

    def __init__(self, connection: Any, ids: Iterator[int], phases: Any, project: str) -> None:
        catalogue = (*list_phases(Path("nowhere")), read_definition(OWN))
        known = {each.id: each for each in catalogue}
        said = {"prompt": "雪の夜, ＡＢＣ", "phases": phases, "project": project, "seed": 2**53 - 1}
        if phases == ["own"]:
            said |= {"parameters": {"own": {"blur": 0.1 + 0.2}}, "seed": 7}
        if phases == ["sdxl_stills", "wan22_loop"]:
            said |= {"character": "葵　花子", "negative_prompt": "blurry"}
        request = read_request(said, catalogue)
        self._connection, self._ids = connection, ids
        self.id = store.create(connection, request, [known[each] for each in request.phases])
        self.phase = self._current()

    def _current(self) -> UUID:
        return store.load(self._connection, self.id).current.id

    def take(self, process: UUID = HERE) -> None:
        self.phase = self._current()
        assert attempts.take_phase(self._connection, self.phase, process)

    def attempt(
        self, number: int, end: AttemptState | None, job: JobState, process: UUID = HERE
    ) -> UUID:
        """Make one attempt with its job; without an end it goes on running."""
        place = next(self._ids)
        prompt, new = f"production-{place}", numbered(ERA + 3, place)
        values = {"seed": 2**53 - 1 + number, "blur": 1.5 / number}
        begun = attempts.NewAttempt(new, number, values, prompt)
        assert attempts.begin_attempt(self._connection, self.phase, process, begun)
        job_id = self._job(place, prompt, job, process)
        if end is None:
            return new
        passed = end is AttemptState.PASSED
        why = Why() if passed else SOFT
        nodes = ["5", "7"]
        why = replace(why, report_id=attempts.report_of(self._connection, job_id, nodes))
        verdict, score = ("PASS", 81.25) if passed else ("FAIL", 100 / 3)
        judged = {} if end is AttemptState.LOST else {"verdict": verdict, "score": score}
        told = None if end is AttemptState.LOST else job_id
        outcome = attempts.Outcome(end, told, **judged, why=why)
        attempts.end_attempt(self._connection, new, outcome)
        return new

    def _job(self, place: int, prompt: str, state: JobState, process: UUID) -> UUID:
        job_id = None
        for event in make_jobs.story(Random(place), 1 + place * 23, ERA, state):
            job = replace(
                event.job, prompt_id=prompt, source=JobSource.PRODUCTION, process_id=process
            )
            write(self._connection, replace(event, job=job))
            job_id = job.id
        return job_id

    def leave(self, state: PhaseState, why: Why | None = None, chosen: UUID | None = None) -> None:
        assert attempts.leave_phase(
            self._connection, self.phase, HERE, state, why or Why(), chosen=chosen
        )


def produce(connection: Any, count: int = 44) -> None:
    """Bring productions into every state, in several ways."""
    ids = iter(range(1, 10_000))
    passed, failed, lost = AttemptState.PASSED, AttemptState.FAILED, AttemptState.LOST
    done = JobState.COMPLETED
    for number in range(count):
        project = ("Winter", "冬の物語", "")[number % 3]
        making = Making(connection, ids, PHASES[number % len(PHASES)], project)
        how = number % 11
        if how == 0:
            continue  # it stays queued
        making.take(DEAD if how == 8 else HERE)
        if how == 1:
            making.attempt(1, None, JobState.IN_PROGRESS)
        elif how in (2, 6, 7):
            first = making.attempt(1, passed, done)
            why = Why.of("production_approval", {"number": 1})
            making.leave(PhaseState.WAITING, why, first)
            if how == 6:
                store.approve(connection, making.id, "Aoi", "")
            if how == 7:
                store.reject(connection, making.id, "監督", "目の色が違う")
        elif how == 3:
            while True:
                making.leave(PhaseState.PASSED, chosen=making.attempt(1, passed, done))
                record = store.load(connection, making.id)
                if record.state.value == "completed":
                    break
                making.take()
        elif how in (4, 10):
            making.attempt(1, failed, JobState.FAILED)
            making.attempt(2, failed, done)
            why = Why.of("production_attempts", {"attempts": 2, "reason": SOFT.reason})
            making.leave(PhaseState.FAILED, why)
            if how == 10:
                store.resume(connection, making.id, "", "")
        elif how == 5:
            making.attempt(1, None, JobState.CANCELLED)
            store.cancel(connection, making.id, "Ben", "二人目がいる")
        elif how == 8:
            making.attempt(1, lost, done if number % 2 else JobState.IN_PROGRESS, DEAD)
            making.take()  # another ComfyUI takes it over
            attempts.supersede(connection)  # where the first told its end all the same
            making.attempt(1, passed, done)
        elif how == 9:
            best = making.attempt(1, failed, done)
            if number % 2:
                why = Why.of("production_disk_full", {"free": "1.5", "least": "5"})
                making.leave(PhaseState.QUEUED, why)
            else:
                why = Why.of("production_best", {"attempts": 1, "chosen": 1})
                making.leave(PhaseState.PASSED, why, best)
