"""A job, which is a tracked prompt, with the files that it wrote and the way it ended."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum
from typing import Any
from uuid import UUID, uuid4

from ..frames import InputError
from ..report import Report

# PostgreSQL can't index a name of more than about 2,700 bytes, and nobody reads one of 200 letters.
LONGEST_NAME = 200
LONGEST_REASON = 2000  # characters of what a person says of a job
MOST_TAGS = 50
# Of Unicode: control characters, halves of a surrogate pair, line and paragraph separators.
UNFIT_FOR_A_LINE = {"Cc", "Cs", "Zl", "Zp"}


class JobState(str, Enum):
    """State of a job, in ComfyUI's own words."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"  # its process died


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
        id: the job's own; ComfyUI takes the same prompt id twice.
        prompt_id: ComfyUI's, or None outside a prompt.
        project, scene, shot, character: names, "" where none was given.
        tags: in the order given, each once.
        created_at: with time zone.
        episode: its name, "" where none was given.
        client_id: ComfyUI's name of who asked, None where none was said.
        source: who asked.
        process_id: of the ComfyUI that runs it, None outside one.
        reproduced_from: the job that it runs again.
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
        path: relative to ComfyUI's output folder, with forward slashes.
        kind: `image`, `animation` or `video`.
        bytes: its size.
        sha256: of its content, hexadecimal.
        width, height: px.
        frames: how many it holds.
        fps: their rate, None for a still.
    """

    path: str
    kind: str
    bytes: int
    sha256: str
    width: int
    height: int
    frames: int
    fps: float | None = None


@dataclass(frozen=True)
class JobError:
    """Error that failed a prompt: the node, and its message."""

    node_id: str
    node_type: str
    exception: str
    message: str
    traceback: str


@dataclass(frozen=True)
class NodeReport:
    """A report, and the node that showed it."""

    node_id: str
    report: Report


@dataclass(frozen=True)
class ShownReport:
    """A report in JSON as a node showed it.

    To read it takes longer than the thread that runs prompts has.

    Attributes:
        node_id: of the node.
        report: `Report.to_dict`, or what another pack takes for it.
    """

    node_id: str
    report: Mapping[str, Any]

    def read(self) -> NodeReport:
        """Return the report.

        Raises:
            ReportError: it is no report of this pack.
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
    """A job that begins now, with an id of its own.

    Args:
        prompt_id: ComfyUI's, or None.
        project, scene, shot, character, episode: names; spaces around them are dropped.
        tags: separated by commas or new lines.

    Returns:
        The job.

    Raises:
        InputError: a name that is too long or holds control characters, or too many tags.
    """
    separate = [clean_name("tags", tag) for tag in tags.replace("\n", ",").split(",")]
    distinct = tuple(dict.fromkeys(tag for tag in separate if tag))
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
    """Return True if a letter may stand in a name: no end of a line, no control character."""
    return unicodedata.category(letter) not in UNFIT_FOR_A_LINE


def clean_name(field: str, value: str) -> str:
    """A name as the database keeps it: on one line, without spaces around it.

    Args:
        field: what the name is for, in the error.
        value: what a person typed, in any script.

    Returns:
        The name; "" where there is none.

    Raises:
        InputError: it is too long, or no line of text.
    """
    name = value.strip()
    if len(name) > LONGEST_NAME:
        expected = f"at most {LONGEST_NAME} characters"
        raise InputError(field, expected, f"{len(name)}", "Give a shorter name.")
    if not all(map(fits_on_a_line, name)):
        raise InputError(field, "a name on one line", repr(name), "Remove the control characters.")
    return name
