"""Models of the query parameters that the routes accept, with the bounds of each parameter."""

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from ...models.jobs.job import JobSource, JobState, ReviewVerdict
from ...models.jobs.queries.filters import NONE, JobQuery
from ...models.jobs.queries.orders import NEWEST, ORDERS
from ...models.jobs.queries.statistics import KEYS
from ...models.production.production_states import ProductionState
from ...models.report import Verdict
from .fields import OneOf, Storable, validate, words_of
from .refusals import PARAMETER, Refusal

LONGEST_TEXT = 1000
LONGEST_CURSOR = 500
PAGE, LARGEST_PAGE = 50, 200
LAST_FRAME = 2**31 - 1  # the largest that the database's column holds
JSON, CSV = "json", "csv"
VERDICTS = tuple(each.value for each in Verdict if each is not Verdict.INFO)
REVIEWS = tuple(each.value for each in ReviewVerdict)
DIGITS = re.compile(r"0|[1-9][0-9]{0,8}")  # no zeros before them: a number is written in one way
FIRST_YEAR, LAST_YEAR = 1970, 9998  # a time zone moves none of their times out of Python's range
TIMES = ["2026-03-01T12:00:00+00:00", "2026-03-01"]


def _digits(text: str) -> int:
    if not DIGITS.fullmatch(text):
        raise ValueError
    return int(text)


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError
    return text == "true"


def _time(text: str) -> datetime:
    # A plus in a URL is decoded to a space, and Python 3.10 can't parse a Z.
    time = datetime.fromisoformat(text.replace(" ", "+").replace("Z", "+00:00"))
    if not FIRST_YEAR <= time.year <= LAST_YEAR:
        raise ValueError
    # PostgreSQL takes fewer time zones than Python.
    return (time if time.tzinfo else time.replace(tzinfo=timezone.utc)).astimezone(timezone.utc)


Text = Annotated[str, Storable]
Digits = BeforeValidator(_digits)
Time = Annotated[
    datetime, BeforeValidator(_time), WithJsonSchema({"type": "string", "examples": TIMES})
]


def optional_choice(description: str) -> Any:
    """Return the field of an optional parameter whose type already limits its values."""
    return Field(None, description=description)


def optional_text(description: str, longest: int = LONGEST_TEXT) -> Any:
    """Return the field of an optional text of at most `longest` characters."""
    return Field(None, max_length=longest, description=description)


class Parameters(BaseModel):
    """Base of the query parameters; an empty parameter is treated as a missing one."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class JobParameters(Parameters):
    """Selection of jobs by the fields of `JobQuery`."""

    project: Text | None = optional_text("Jobs of this project.")
    episode: Text | None = optional_text("Jobs of this episode.")
    scene: Text | None = optional_text("Jobs of this scene.")
    shot: Text | None = optional_text("Jobs of this shot.")
    character: Text | None = optional_text("Jobs of this character.")
    state: Annotated[str, words_of(JobState)] | None = optional_choice("Jobs in this state.")
    verdict: Annotated[str, OneOf((*VERDICTS, NONE))] | None = optional_choice(
        'Jobs with this verdict; "none": jobs without a verdict.'
    )
    model: Text | None = optional_text(
        "Jobs of this model, by the name that statistics by model show."
    )
    tag: Text | None = optional_text("Jobs with this tag.")
    source: Annotated[str, words_of(JobSource)] | None = optional_choice(
        "Jobs whose prompt came from this source."
    )
    review: Annotated[str, OneOf((*REVIEWS, NONE))] | None = optional_choice(
        'Jobs whose newest review has this verdict; "none": jobs without a review.'
    )
    since: Time | None = Field(
        None, alias="from", description="Jobs created at this time or later."
    )
    until: Time | None = Field(None, alias="to", description="Jobs created before this time.")
    text: Text | None = optional_text(
        "Words that must all occur in the job's names, tags or prompts, in any script, or be one"
        " of its seeds."
    )
    file: Text | None = optional_text(
        "The job that wrote this file: path below the output folder, or SHA-256."
    )
    group: Text | None = optional_text("Jobs of this shot, by its `key` in the list of shots.")

    def filter(self) -> JobQuery:
        """Return the parameters as a query for jobs."""
        return JobQuery(**{name: getattr(self, name) for name in JobParameters.model_fields})


class SortedParameters(JobParameters):
    """Selection of jobs with an order."""

    order: Annotated[str, OneOf(ORDERS)] = Field(
        NEWEST,
        description="Order of the jobs: the newest first, or the best first (passed jobs, then by"
        " score).",
    )


class PageParameters(Parameters):
    """One page of a list."""

    cursor: Text | None = optional_text("Value of `next` in the previous page.", LONGEST_CURSOR)
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE), Digits] = Field(
        PAGE, description="Most items in a page."
    )


class JobsParameters(PageParameters, SortedParameters):
    """Parameters of the list of jobs."""


class ExportParameters(SortedParameters):
    """Parameters of the export of jobs as a file."""

    format: Annotated[str, OneOf((JSON, CSV))] = Field(JSON, description="Format of the file.")


class StatsParameters(JobParameters):
    """Parameters of the statistics of jobs in groups."""

    by: Annotated[str, OneOf(tuple(KEYS))] = Field(
        "project", description="Property by which jobs are grouped."
    )
    last: Annotated[int, Field(ge=1, le=100), Digits] = Field(
        20,
        description="Number of a group's newest jobs in `last`, which is compared with as many"
        " jobs `before` them.",
    )
    limit: Annotated[int, Field(ge=1, le=200), Digits] = Field(
        50, description="Most groups in the answer; groups with the newest jobs come first."
    )


class DeleteParameters(Parameters):
    """Parameters of the deletion of a job."""

    files: Annotated[bool, BeforeValidator(_boolean)] = Field(
        False, description="Also delete the files that the job wrote."
    )


class ThumbnailParameters(Parameters):
    """Parameters of a job's thumbnail."""

    file: Text | None = optional_text("File of the job, by its path below the output folder.")


class SnapshotParameters(Parameters):
    """Parameters of a small picture of a judged frame."""

    set: Text | None = optional_text("Set of the picture, as the job's reports name it.")
    frame: Annotated[int, Field(ge=0, le=LAST_FRAME), Digits] = Field(
        0, description="Index of the frame, from 0."
    )


class ProductionsParameters(PageParameters):
    """Parameters of the list of productions."""

    project: Text | None = optional_text("Productions of this project.")
    state: Annotated[str, words_of(ProductionState)] | None = optional_choice(
        "Productions in this state."
    )


AnyParameters = TypeVar("AnyParameters", bound=Parameters)


def read_parameters(query: Mapping[str, str], model: type[AnyParameters]) -> AnyParameters:
    """Read and validate a request's query parameters.

    Args:
        query: query of aiohttp's request, which may contain a name several times.
        model: model of the route's parameters.

    Raises:
        Refusal: a parameter is unknown, repeated or wrong.
    """
    values: dict[str, Any] = {}
    for name, text in query.items():
        if name in values:
            raise Refusal("repeated_parameter", field=name[:100])
        values[name] = text
    names = {field.alias or name for name, field in model.model_fields.items()}
    fields = {name: text for name, text in values.items() if text or name not in names}
    return validate(model, fields, "unknown_parameter", {"": PARAMETER})
