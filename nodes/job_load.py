"""The node Load Job, which outputs the pictures, report, prompt, seed and sound of a past job."""

from typing import Any
from uuid import uuid4

from comfy_api.latest import io

from ..models.frames import InputError
from ..models.jobs.job import Artifact, JobState
from ..models.jobs.provenance.stored_frames import load_frames
from ..models.jobs.provenance.stored_sound import load_sound
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
    """Node that loads a past job's pictures, report, prompt, seed and sound."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeJobLoad",
            display_name="Load Job (Anime)",
            category="Anime Production/Job",
            description="Loads the pictures, report, prompt, seed and sound of a remembered job: "
            "the latest or the best of a shot, or one by its id.",
            search_aliases=[
                *("history", "past job", "best", "latest", "load image", "load video"),
                *("generation history", "image history"),
            ],
            inputs=[
                io.Combo.Input(
                    "which",
                    options=[LATEST, BEST, BY_ID],
                    default=LATEST,
                    optional=True,
                    tooltip="latest: the newest job that matches the inputs below. best: the one "
                    "of them that passed with the highest score. id: the job with this id, "
                    "whatever the other inputs say.",
                ),
                text_input(
                    "id",
                    "Id of a job or of a prompt, used if which is id. A prompt that ran twice is "
                    "two jobs, of which the newest is loaded.",
                ),
                text_input("project", "Only jobs of this project. Empty: any project."),
                text_input("shot", "Only jobs of this shot. Empty: any shot."),
                text_input("character", "Only jobs of this character. Empty: any character."),
                text_input("tag", "Only jobs with this tag. Empty: any."),
                io.Combo.Input(
                    "state",
                    options=[JobState.COMPLETED.value, ANY_STATE]
                    + [each.value for each in JobState if each is not JobState.COMPLETED],
                    default=JobState.COMPLETED.value,
                    optional=True,
                    tooltip="Only jobs in this state. Jobs without pictures are never loaded.",
                ),
                io.Int.Input(
                    "file",
                    default=0,
                    min=0,
                    max=100_000,
                    optional=True,
                    tooltip="Number of the job's file, counted from 1 as the panel lists them. 0: "
                    "all files of Save Job, one after the other; if it wrote none, all of the "
                    "first other node that wrote pictures.",
                ),
                io.Int.Input(
                    "most_frames",
                    default=512,
                    min=1,
                    max=100_000,
                    optional=True,
                    tooltip="Most frames that are loaded. More are refused, so that they don't "
                    "fill the memory.",
                ),
                text_input("episode", "Only jobs of this episode. Empty: any episode."),
                text_input("scene", "Only jobs of this scene. Empty: any scene."),
            ],
            outputs=[
                io.Image.Output(
                    "images",
                    tooltip="Frames of the job's files, with a fourth channel if the files have "
                    "transparency.",
                ),
                ReportSocket.Output(
                    "report",
                    tooltip="Reports that decide the job's verdict, merged into one. If nothing "
                    "was measured, nothing comes out.",
                ),
                io.String.Output(
                    "prompt",
                    tooltip="The job's positive prompt. If its graph doesn't show it, nothing "
                    "comes out.",
                ),
                io.Int.Output(
                    "seed",
                    tooltip="Seed of the job's files. If its graph has none, nothing comes out.",
                ),
                io.String.Output("id", tooltip="The job's id."),
                io.Float.Output(
                    "fps",
                    tooltip="Frames per second of the job's animation or video. For stills nothing "
                    "comes out.",
                ),
                JobSocket.Output("job", tooltip="The job itself, for Review."),
                io.Audio.Output(
                    "audio",
                    tooltip="Sound in the file, or the sound that Save Job wrote beside it. If "
                    "there is none, nothing comes out.",
                ),
            ],
        )

    @classmethod
    def fingerprint_inputs(cls, **inputs: Any) -> str:
        if None in inputs.values():
            # A value that comes over a link is unknown until the prompt runs: never use the cache.
            return uuid4().hex
        # The job is looked up for each prompt. The node runs again only if the inputs now select
        # another job, or if the job has more files. If this raises an error, ComfyUI runs the node,
        # which raises it again for the user.
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
        root = comfyui.output_directory()
        images = comfyui.to_intermediate(load_frames(root, files, most_frames))
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
            or_blocked(load_sound(root, files, record.artifacts)),
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
        expected = "a job with pictures and a score" if which == BEST else "a job with pictures"
        remedy = "Clear some of the inputs, or render and save such a job first."
        raise InputError("which", f"{expected} of {job_query}", "none", remedy)
    return record


def _chosen_files(record: JobRecord, file: int) -> tuple[Artifact, ...]:
    """Return the chosen file of a job, or all files with pictures of the first node with any.

    Several nodes often save the same pictures, so the files of one node are enough. Those of Save
    Job come first.

    Args:
        record: the job.
        file: number of the file, from 1; 0 for all files of a node.

    Raises:
        InputError: the job has no file with pictures, or fewer files than `file`, or that file has
            no pictures.
    """
    count = len(record.artifacts)
    with_frames = [each for each in record.artifacts if each.has_frames]
    remedy = "Choose another file or another job."
    if not with_frames or file > count:
        expected = f"a number up to {count}" if with_frames else "a job that saved pictures"
        received = str(file) if with_frames else f"none of job {record.job.id}"
        raise InputError("file", expected, received, remedy)
    if not file:
        return tuple(each for each in with_frames if each.node_id == with_frames[0].node_id)
    chosen = record.artifacts[file - 1]
    if not chosen.has_frames:
        raise InputError("file", "a file with pictures", f"{chosen.path} ({chosen.kind})", remedy)
    return (chosen,)
