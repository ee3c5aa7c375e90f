"""Types of a job, which is a tracked prompt: its state, review, artifacts, reports and error."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum
from typing import Any
from uuid import UUID, uuid4

from ..frames import InputError
from ..report import Report

# Characters. PostgreSQL can't index a text of more than about 2,700 bytes, and a name of more than
# 200 letters can't be read in a list.
LONGEST_NAME = 200
LONGEST_REASON = 2000  # characters of the reason of a review; chosen to be longer than anyone needs
LONGEST_CLIENT_ID = 200  # characters; ComfyUI's own client ids have 32
MOST_TAGS = 50  # chosen to be more than anyone needs
# Unicode categories: control characters, halves of a surrogate pair, line separators, and
# paragraph separators.
UNFIT_FOR_A_LINE = {"Cc", "Cs", "Zl", "Zp"}


class JobState(str, Enum):
    """State of a job, with ComfyUI's own names."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"  # the process that ran the job died


class JobSource(str, Enum):
    """Origin of a prompt: editor, API or production."""

    EDITOR = "editor"
    API = "api"
    PRODUCTION = "production"


class ReviewVerdict(str, Enum):
    """Verdict of a person on a job."""

    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Job:
    """A prompt that is tracked.

    Attributes:
        id: the job's own id, because ComfyUI accepts the same prompt id twice.
        prompt_id: ComfyUI's id of the prompt; None for a job outside a prompt.
        project, scene, shot, character: names; "" if the user entered none.
        tags: distinct tags, in the order of entry.
        created_at: time of creation, with time zone.
        episode: name of the episode; "" if the user entered none.
        client_id: ComfyUI's id of the client that queued the prompt; None if it sent none.
        source: origin of the prompt.
        process_id: id of the ComfyUI process that runs the job; None outside ComfyUI.
        reproduced_from: id of the earlier job that this job runs again; None for a new job.
    """

    id: UUID
    prompt_id: str | None
    project: str
    scene: str
    shot: str
    character: str
    tags: tuple[str, ...]
    created_at: datetime
    episode: str = ""
    client_id: str | None = None
    source: JobSource = JobSource.API
    process_id: UUID | None = None
    reproduced_from: UUID | None = None

    def __str__(self) -> str:
        """Return the job's id, and its names and tags as far as the user entered them."""
        names = ("project", "episode", "scene", "shot", "character")
        lines = [f"{name}: {getattr(self, name)}" for name in names if getattr(self, name)]
        tags = [f"tags: {', '.join(self.tags)}"] if self.tags else []
        return "\n".join([f"job: {self.id}", *lines, *tags])


@dataclass(frozen=True)
class Review:
    """A person's judgement of a job."""

    verdict: ReviewVerdict
    reason: str = ""
    reviewer: str = ""


@dataclass(frozen=True)
class Artifact:
    """A file that a job wrote.

    Attributes:
        path: path relative to ComfyUI's output folder, with forward slashes.
        kind: `image`, `animation`, `video`, `audio` or `other`.
        bytes: size of the file.
        sha256: hexadecimal SHA-256 of the content.
        width, height: size of the frames in px; None without frames, or if they can't be read.
        frames: number of frames in the file; None as for the size.
        fps: frame rate in frames per second; None for a still.
        node_id, node_type: id and class of the node of ComfyUI or of another pack that reported the
            file; None for the files of Save Job.
    """

    path: str
    kind: str
    bytes: int
    sha256: str
    width: int | None = None
    height: int | None = None
    frames: int | None = None
    fps: float | None = None
    node_id: str | None = None
    node_type: str | None = None

    @property
    def has_frames(self) -> bool:
        """True if the file has frames that can be read."""
        return self.frames is not None


@dataclass(frozen=True)
class JobError:
    """Error that failed a prompt, and the node that raised it."""

    node_id: str
    node_type: str
    exception: str
    message: str
    traceback: str


@dataclass(frozen=True)
class NodeReport:
    """A report, with the id of the node that showed it."""

    node_id: str
    report: Report


@dataclass(frozen=True)
class ShownReport:
    """A report as the JSON that a node showed, not yet parsed.

    Parsing takes too long for the thread that runs prompts, so it happens later.

    Attributes:
        node_id: id of the node.
        report: result of `Report.to_dict`; nodes of other packs can show other JSON here.
        snapshots: ids of the sets of small pictures of its frames.
    """

    node_id: str
    report: Mapping[str, Any]
    snapshots: tuple[UUID, ...] = ()

    def read(self) -> NodeReport:
        """Parse the report and return it.

        Raises:
            ReportError: the JSON is not a report of this pack.
        """
        return NodeReport(self.node_id, Report.from_dict(self.report))


def new_job(
    prompt_id: str | None,
    project: str = "",
    scene: str = "",
    shot: str = "",
    character: str = "",
    tags: str = "",
    episode: str = "",
) -> Job:
    """Return a job with a new id, created now.

    Args:
        prompt_id: ComfyUI's id of the prompt, or None.
        project: name of the project; spaces around a name are removed.
        scene: name of the scene.
        shot: name of the shot.
        character: name of the character.
        tags: tags, separated by commas or line breaks; empty and repeated ones are dropped.
        episode: name of the episode.

    Raises:
        InputError: a name is too long or contains control characters, or there are too many tags.

    Examples:
        >>> job = new_job(None, project=" Lighthouse ", tags="night, rain, night")
        >>> job.project, job.tags
        ('Lighthouse', ('night', 'rain'))
    """
    cleaned = [clean_name("tags", tag) for tag in tags.replace("\n", ",").split(",")]
    distinct = tuple(dict.fromkeys(tag for tag in cleaned if tag))
    if len(distinct) > MOST_TAGS:
        raise InputError("tags", f"at most {MOST_TAGS} tags", str(len(distinct)), "Leave some out.")
    return Job(
        id=uuid4(),
        prompt_id=prompt_id,
        project=clean_name("project", project),
        scene=clean_name("scene", scene),
        shot=clean_name("shot", shot),
        character=clean_name("character", character),
        tags=distinct,
        created_at=datetime.now(timezone.utc),
        episode=clean_name("episode", episode),
    )


def fits_on_a_line(letter: str) -> bool:
    """Return True if a name may contain this character: no line break, no control character."""
    return unicodedata.category(letter) not in UNFIT_FOR_A_LINE


def clean_name(field: str, value: str) -> str:
    """Return a name in the form that the database stores: one line, no spaces around it.

    Args:
        field: name of the input, for the error message.
        value: text that the user typed, in any script.

    Returns:
        The name; "" if the text is empty or blank.

    Raises:
        InputError: the name is too long, or contains a line break or a control character.

    Examples:
        >>> clean_name("shot", "  s010 ")
        's010'
    """
    name = value.strip()
    if len(name) > LONGEST_NAME:
        expected = f"at most {LONGEST_NAME} characters"
        raise InputError(field, expected, f"{len(name)}", "Give a shorter name.")
    if not all(map(fits_on_a_line, name)):
        raise InputError(field, "a name on one line", repr(name), "Remove the control characters.")
    return name
