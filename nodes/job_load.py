"""The node Load Job, which outputs the pictures, report, prompt and seed of a past job."""

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
from .answers import node_output, or_blocked
from .inputs import text_input
from .sockets import JobSocket, ReportSocket

LATEST, BEST, BY_ID = "latest", "best", "id"
ANY_STATE = "any"
FILTERS = ("project", "episode", "scene", "shot", "character", "tag")


class AnimeJobLoad(io.ComfyNode):
    """Node that loads a past job's pictures, report, prompt and seed."""

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
            # A value comes over a link and exists only when the prompt runs: never use the cache.
            return uuid4().hex
        # The job is looked up for each prompt. The node runs again only if the inputs now select
        # another job, or if the job has more files. After an error here ComfyUI runs the node,
        # which raises the error for the user.
        record = _selected_job(open_recorder(comfyui.private_directory()), **inputs)
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
        record = _selected_job(recorder, which, id, state, character=character, tag=tag, **names)
        files = _chosen_files(record, file)
        images = load_frames(comfyui.output_directory(), files, most_frames)
        origin = recorder.database.run(origin_of, record.job.id)
        # The reports on the kept files decide. A job without such reports, for example a failed
        # one, gives all its reports.
        deciding = record.deciding or range(len(record.reports))
        reports = [record.reports[position].report for position in deciding]
        return node_output(
            images,
            or_blocked(merge(reports) if reports else None),
            or_blocked(origin.prompt),
            or_blocked(origin.seed),
            str(record.job.id),
            or_blocked(next((each.fps for each in files if each.fps is not None), None)),
            record.job,
        )


def _selected_job(
    recorder: Recorder,
    which: str = LATEST,
    id: str = "",
    state: str = JobState.COMPLETED.value,
    **inputs: Any,
) -> JobRecord:
    """Return the job that the node's inputs select from the database.

    Raises:
        InputError: no job fits the inputs.
        DatabaseUnavailable: the database can't be reached.
    """
    if which == BY_ID:
        recorder.settle()
        record = recorder.database.run(find_job, id.strip())
        if record is None:
            remedy = "Copy the id from the job's files or from the list of jobs."
            raise InputError("id", "the id of a remembered job or prompt", repr(id), remedy)
        return record
    names: dict[str, Any] = {name: str(inputs.get(name, "")).strip() or None for name in FILTERS}
    job_query = JobQuery(**names, state=None if state == ANY_STATE else state)
    select = best_job if which == BEST else latest_job
    recorder.settle()
    job_id = recorder.database.run(select, job_query)
    record = None if job_id is None else recorder.database.run(find_job, str(job_id))
    if record is None:
        expected = "a job with files and a score" if which == BEST else "a job with files"
        remedy = "Clear some of the inputs, or render and save such a job first."
        raise InputError("which", f"{expected} of {job_query}", "none", remedy)
    return record


def _chosen_files(record: JobRecord, file: int) -> tuple[Artifact, ...]:
    """Return the chosen file of a job, or all its files.

    Args:
        record: the job.
        file: number of the file, from 1; 0 for all files.

    Raises:
        InputError: the job has no file, or fewer than `file`.
    """
    count = len(record.artifacts)
    if not count or file > count:
        expected = f"a number up to {count}" if count else "a job that saved files"
        received = str(file) if count else f"none of job {record.job.id}"
        raise InputError("file", expected, received, "Choose another file or another job.")
    return record.artifacts[file - 1 : file] if file else record.artifacts
