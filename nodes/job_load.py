"""Pictures and facts of past jobs, brought back into a graph."""

from typing import Any
from uuid import uuid4

from comfy_api.latest import io

from ..models.frames import InputError
from ..models.jobs.job import Artifact, JobState
from ..models.jobs.provenance.stored_frames import load_frames
from ..models.jobs.queries.choose import best_job, latest_job, origin_of
from ..models.jobs.queries.filters import JobQuery
from ..models.jobs.queries.history import JobRecord, find_job
from ..models.jobs.recording.recorder import Recorder, open_recorder
from ..models.report import merge
from . import comfyui
from .answers import answered, or_blocked
from .inputs import text_input
from .sockets import JobSocket, ReportSocket

LATEST, BEST, BY_ID = "latest", "best", "id"
ANY_STATE = "any"
FILTERS = ("project", "episode", "scene", "shot", "character", "tag")


class AnimeJobLoad(io.ComfyNode):
    """Brings back what a past job made, and what it was made with."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeJobLoad",
            display_name="Load Job (Anime)",
            category="Anime Production/Job",
            description="Brings back the pictures, report, prompt and seed of a job that was "
            "remembered: the latest or the best of a shot, or one by its id.",
            search_aliases=["history", "past job", "best", "latest", "load image", "load video"],
            inputs=[
                io.Combo.Input(
                    "which",
                    options=[LATEST, BEST, BY_ID],
                    default=LATEST,
                    optional=True,
                    tooltip="latest: the newest that fits what stands below. best: the one that "
                    "passed with the highest score. id: this one, whatever stands below.",
                ),
                text_input(
                    "id",
                    "A job's or a prompt's id, with which = id. A prompt that ran twice is "
                    "two jobs: its newest.",
                ),
                text_input("project", "Only of this one. Empty: any."),
                text_input("shot", "Only of this one. Empty: any."),
                text_input("character", "Only of this one. Empty: any."),
                text_input("tag", "Only with this one. Empty: any."),
                io.Combo.Input(
                    "state",
                    options=[JobState.COMPLETED.value, ANY_STATE]
                    + [each.value for each in JobState if each is not JobState.COMPLETED],
                    default=JobState.COMPLETED.value,
                    optional=True,
                    tooltip="Only jobs that stand so. Jobs without files are never taken.",
                ),
                io.Int.Input(
                    "file",
                    default=0,
                    min=0,
                    max=100_000,
                    optional=True,
                    tooltip="Which of the job's files, counted from 1 as they were written; 0 "
                    "takes all, one after the other.",
                ),
                io.Int.Input(
                    "most_frames",
                    default=512,
                    min=1,
                    max=100_000,
                    optional=True,
                    tooltip="More frames than this are refused rather than fill the memory.",
                ),
                text_input("episode", "Only of this one. Empty: any."),
                text_input("scene", "Only of this one. Empty: any."),
            ],
            outputs=[
                io.Image.Output("images", tooltip="The frames of its files."),
                ReportSocket.Output(
                    "report",
                    tooltip="The reports that decide about it, merged into one. Where nothing was "
                    "measured nothing comes out.",
                ),
                io.String.Output(
                    "prompt",
                    tooltip="Its positive prompt. Where its graph doesn't say it, nothing comes "
                    "out.",
                ),
                io.Int.Output(
                    "seed",
                    tooltip="The seed that its files were made with. Where its graph has none, "
                    "nothing comes out.",
                ),
                io.String.Output("id", tooltip="The job's id."),
                io.Float.Output(
                    "fps",
                    tooltip="Frames per second of its animation or video. Of stills nothing comes "
                    "out.",
                ),
                JobSocket.Output("job", tooltip="The job itself, for Review."),
            ],
        )

    @classmethod
    def fingerprint_inputs(cls, **inputs: Any) -> str:
        if None in inputs.values():
            return uuid4().hex  # linked: known when the prompt runs
        # Looked up at each prompt; run again only where another job is meant now, or it has more
        # files. An error here has the node run, and say it.
        record = _job_meant(open_recorder(comfyui.private_directory()), **inputs)
        return f"{record.job.id} {len(record.artifacts)}"

    @classmethod
    def execute(
        cls,
        which: str = LATEST,
        id: str = "",
        project: str = "",
        shot: str = "",
        character: str = "",
        tag: str = "",
        state: str = JobState.COMPLETED.value,
        file: int = 0,
        most_frames: int = 512,
        episode: str = "",
        scene: str = "",
    ) -> io.NodeOutput:
        recorder = open_recorder(comfyui.private_directory())
        names = {"project": project, "episode": episode, "scene": scene, "shot": shot}
        record = _job_meant(recorder, which, id, state, character=character, tag=tag, **names)
        files = _chosen_files(record, file)
        images = load_frames(comfyui.output_directory(), files, most_frames)
        origin = recorder.database.run(origin_of, record.job.id)
        # Of what it kept; all of them if none decides, as of a job that failed.
        deciding = record.deciding or range(len(record.reports))
        reports = [record.reports[position].report for position in deciding]
        return answered(
            images,
            or_blocked(merge(reports) if reports else None),
            or_blocked(origin.prompt),
            or_blocked(origin.seed),
            str(record.job.id),
            or_blocked(next((each.fps for each in files if each.fps is not None), None)),
            record.job,
        )


def _job_meant(
    recorder: Recorder,
    which: str = LATEST,
    id: str = "",
    state: str = JobState.COMPLETED.value,
    **inputs: Any,
) -> JobRecord:
    """The job that the node's inputs describe, as the database knows it.

    Raises:
        InputError: there is none.
        DatabaseUnavailable: nobody can say.
    """
    if which == BY_ID:
        recorder.settle()
        record = recorder.database.run(find_job, id.strip())
        if record is None:
            remedy = "Copy it from the job's files or from the list of jobs."
            raise InputError("id", "the id of a job or prompt that is remembered", repr(id), remedy)
        return record
    names: dict[str, Any] = {name: str(inputs.get(name, "")).strip() or None for name in FILTERS}
    wanted = JobQuery(**names, state=None if state == ANY_STATE else state)
    query = best_job if which == BEST else latest_job
    recorder.settle()
    job_id = recorder.database.run(query, wanted)
    record = None if job_id is None else recorder.database.run(find_job, str(job_id))
    if record is None:
        expected = "a job with files and a score" if which == BEST else "a job with files"
        remedy = "Ask for less, or render and save one first."
        raise InputError("which", f"{expected} of {wanted}", "none", remedy)
    return record


def _chosen_files(record: JobRecord, file: int) -> tuple[Artifact, ...]:
    """All of a job's files, or the one of this number.

    Raises:
        InputError: it has none, or not so many.
    """
    count = len(record.artifacts)
    if not count or file > count:
        expected = f"a number up to {count}" if count else "a job that saved files"
        came = str(file) if count else f"none of job {record.job.id}"
        raise InputError("file", expected, came, "Choose another file or another job.")
    return record.artifacts[file - 1 : file] if file else record.artifacts
