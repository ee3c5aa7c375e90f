"""Parameters of requests: what may stand behind a route's `?`, with its bounds."""

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
from .fields import OneOf, Storable, validated, words_of
from .refusals import PARAMETER, Refusal

LONGEST_TEXT = 1000
LONGEST_CURSOR = 500
PAGE, LARGEST_PAGE = 50, 200
JSON, CSV = "json", "csv"
VERDICTS = tuple(each.value for each in Verdict if each is not Verdict.INFO)
REVIEWS = tuple(each.value for each in ReviewVerdict)
TIMES = ["2026-03-01T12:00:00+00:00", "2026-03-01"]


def _digits(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError
    return int(text)


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError
    return text == "true"


def _time(text: str) -> datetime:
    # A plus in an address is a space; Python 3.10 knows no Z.
    time = datetime.fromisoformat(text.replace(" ", "+").replace("Z", "+00:00"))
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)


Digits = BeforeValidator(_digits)
Time = Annotated[
    datetime, BeforeValidator(_time), WithJsonSchema({"type": "string", "examples": TIMES})
]


def selects(description: str) -> Any:
    """Return the field of a parameter that selects, where it is there."""
    return Field(None, description=description)


def holds(description: str, longest: int = LONGEST_TEXT) -> Any:
    """Return the field of a text, where it is there."""
    return Field(None, max_length=longest, description=description)


class Parameters(BaseModel):
    """Parameters of a route; one that is empty is as if it weren't there."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class JobParameters(Parameters):
    """Selection of jobs; the fields of `JobQuery`."""

    project: str | None = holds("Jobs of this project.")
    episode: str | None = holds("Jobs of this episode.")
    scene: str | None = holds("Jobs of this scene.")
    shot: str | None = holds("Jobs of this shot.")
    character: str | None = holds("Jobs of this character.")
    state: Annotated[str, words_of(JobState)] | None = selects("Jobs in this state.")
    verdict: Annotated[str, OneOf((*VERDICTS, NONE))] | None = selects(
        "Jobs with this verdict; none: without any."
    )
    model: str | None = holds("Jobs of this model, as figures by model name it.")
    tag: str | None = holds("Jobs with this tag.")
    source: Annotated[str, words_of(JobSource)] | None = selects(
        "Jobs that were asked for in this way."
    )
    review: Annotated[str, OneOf((*REVIEWS, NONE))] | None = selects(
        "Jobs whose newest review says this; none: that nobody judged."
    )
    since: Time | None = Field(None, alias="from", description="Jobs made at this time or later.")
    until: Time | None = Field(None, alias="to", description="Jobs made before this time.")
    text: str | None = holds("Words that all occur in names, tags or prompts, in any script.")
    file: str | None = holds(
        "The job that wrote this file: its path below the output folder, or its sha256."
    )

    def filter(self) -> JobQuery:
        """Return the selection."""
        return JobQuery(**{name: getattr(self, name) for name in JobParameters.model_fields})


class OrderedParameters(JobParameters):
    """Selection of jobs in an order."""

    order: Annotated[str, OneOf(ORDERS)] = Field(
        NEWEST, description="The newest first, or the best: passed, highest score."
    )


class PageParameters(Parameters):
    """One page of a list."""

    cursor: str | None = holds("Where to go on: `next` of the page before.", LONGEST_CURSOR)
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE), Digits] = Field(
        PAGE, description="The most that are answered at once."
    )


class JobsParameters(PageParameters, OrderedParameters):
    """Page of jobs."""


class ExportParameters(OrderedParameters):
    """Selection of jobs as a file."""

    format: Annotated[str, OneOf((JSON, CSV))] = Field(JSON, description="Of the file.")


class StatsParameters(JobParameters):
    """Groups of jobs."""

    by: Annotated[str, OneOf(tuple(KEYS))] = Field(
        "project", description="What groups are made by."
    )
    last: Annotated[int, Field(ge=1, le=100), Digits] = Field(
        20, description="How many of a group's newest jobs are looked at closely."
    )
    limit: Annotated[int, Field(ge=1, le=200), Digits] = Field(
        50, description="Most groups, those with the newest jobs."
    )


class DeleteParameters(Parameters):
    """Extent of a deletion."""

    files: Annotated[bool, BeforeValidator(_boolean)] = Field(
        False, description="Delete the files that it wrote."
    )


class ProductionsParameters(PageParameters):
    """Page of productions."""

    project: Annotated[str, Storable] | None = holds("Productions of this project.")
    state: Annotated[str, words_of(ProductionState)] | None = selects("Productions in this state.")


AnyParameters = TypeVar("AnyParameters", bound=Parameters)


def read_parameters(query: Mapping[str, str], model: type[AnyParameters]) -> AnyParameters:
    """Return a request's parameters.

    Args:
        query: aiohttp's, in which a name may stand twice.
        model: of the route.

    Raises:
        Refusal: a parameter isn't known, comes twice, or doesn't fit.
    """
    values: dict[str, Any] = {}
    for name, text in query.items():
        if name in values:
            raise Refusal("repeated_parameter", field=name[:100])
        values[name] = text
    names = {field.alias or name for name, field in model.model_fields.items()}
    fields = {name: text for name, text in values.items() if text or name not in names}
    return validated(model, fields, "unknown_parameter", {"": PARAMETER})
