"""A machine whose prompts come to what is said beforehand; all else of it is real."""

import threading
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from anime_production.models.jobs.job import (
    Artifact,
    JobError,
    JobSource,
    JobState,
    ShownReport,
    new_job,
)
from anime_production.models.jobs.recording.events import ArtifactWritten, JobFinished
from anime_production.models.jobs.recording.recorder import Recorder
from anime_production.models.measure import Measure
from anime_production.models.production import attempts, runner
from anime_production.models.production.attempts import Hold
from anime_production.models.production.host import WorkflowRefused
from anime_production.models.production.wake_ups import WakeUps
from anime_production.models.report import Better, Report

SHARP = Measure("sharpness", "px", Better.HIGHER, 0.0, 100.0, "edges", 50.0, True)
PASSES, FAILS = 80.0, 20.0
BREAKS, REFUSES, NEVER_ENDS, DIES = "breaks", "refuses", "never ends", "dies"


JOB_OF_PHASE = "SELECT queue_job_id FROM anime.phases WHERE id = %s"


def hold_of(connection, phase_id, process_id):
    """The hold of a process that was woken by the job that the phase names."""
    row = connection.execute(JOB_OF_PHASE, (phase_id,)).fetchone()
    return Hold(phase_id, process_id, row[0] if row else None)


def claim(connection, phase_id, process_id):
    """The hold of a process that has taken a phase; None if it can't be taken."""
    hold = hold_of(connection, phase_id, process_id)
    return hold if attempts.claim_phase(connection, hold) else None


def run_phase(phase_id, place):
    """Run a phase as the worker does, if it can be taken."""
    hold = place.database.run(claim, phase_id, place.process_id)
    if hold is not None:
        runner.run_phase(hold, place)


def declare_dead(place, process_id):
    """Write the end of a process, and have a place make the wake-up calls that are missing."""
    ended = "UPDATE anime.processes SET ended_at = now() WHERE id = %s"
    place.database.run(lambda connection: connection.execute(ended, (process_id,)))
    return place.database.run(WakeUps(place.process_id, 60).make)


class Studio:
    """A machine: what its prompts come to is said beforehand, one after the other."""

    least_free = 1.0
    lacks = ()
    hangs = False

    def __init__(self, folder: Path, *scripts, free=10**12):
        self.recorder = Recorder(folder)
        self.scripts, self.free, self._folder = list(scripts), free, folder
        self.graphs: list[Any] = []
        self.told: list[Any] = []
        self.jobs: dict[str, Any] = {}
        self.interrupted = threading.Event()
        self._stopping = False

    @property
    def process_id(self):
        return self.recorder.process_id

    @property
    def database(self):
        return self.recorder.database

    def settle(self):
        self.recorder.settle()

    def stopping(self):
        return self._stopping

    def pause(self, seconds):
        pass

    def count_other_prompts(self):
        return 0

    def has_prompt(self, prompt_id):
        return False

    def wake(self):
        pass

    def missing(self, definition, values):
        return self.lacks

    def make_room(self, graph):
        pass

    def submit(self, graph, prompt_id, mark):
        self.graphs.append(graph)
        script = self.scripts.pop(0)
        if script == REFUSES:
            raise WorkflowRefused("No such node.")
        if script == DIES:
            self._stopping = True  # and no word of its prompt is ever said
            self.jobs[prompt_id] = None
            return
        job = replace(new_job(prompt_id), source=JobSource.PRODUCTION)
        self.recorder.queue(job, graph)
        self.recorder.start(job.id)
        self.jobs[prompt_id] = job
        if script == NEVER_ENDS:
            return
        if script != BREAKS:
            picture = Artifact(f"{prompt_id}.png", "image", 4, "ab" * 32, 8, 8, 1)
            self.recorder.record(ArtifactWritten(job, picture))
        self.finish(prompt_id, script)

    def finish(self, prompt_id, script, state=JobState.COMPLETED):
        job = self.jobs[prompt_id]
        error, reports = None, ()
        if script == BREAKS:
            state, error = JobState.FAILED, JobError("3", "KSampler", "OOM", "out of memory", "")
        elif script is not None:
            report = Report("still_quality", (SHARP.measured(script, "no_frames"),), 1, None)
            reports = (ShownReport("4", report.to_dict()),)
        now = datetime.now(timezone.utc)
        self.recorder.record(JobFinished(job, state, now, now, error, None, reports))

    def wait(self, prompt_id, seconds):
        if self.interrupted.is_set():
            self.finish(prompt_id, None, JobState.CANCELLED)
        return self.jobs[prompt_id] is not None and not self._stopping and self._ended(prompt_id)

    def _ended(self, prompt_id):
        return self.interrupted.is_set() or not self.hangs

    def interrupt(self, prompt_id):
        self.interrupted.set()

    def free_bytes(self):
        return self.free

    def output(self):
        return self._folder

    def announce(self, production):
        self.told.append(production.brief())
