"""Bodies of requests: what each route takes, with its bounds."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, TypeVar

from aiohttp import web
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ...models.jobs.job import JobSource, ReviewVerdict
from ...models.jobs.recording.tracking import Tracking
from ...models.production.definition import LONGEST_DESCRIPTION, MOST_BYTES
from ...models.production.fields import LONGEST_LINE, is_finite
from ...models.production.phase_kind import KINDS
from ...models.production.phase_parameters import LONGEST_TEXT
from ...models.production.policy import MOST_ATTEMPTS
from ...models.production.request import (
    LEAST_FPS,
    LEAST_SIDE,
    MOST_FPS,
    MOST_FRAMES,
    MOST_PHASES,
    MOST_SEED,
    MOST_SIDE,
    SAMPLE,
)
from .fields import Name, OneOf, Reason, Storable, validated, words_of
from .refusals import Refusal

MOST_BODY_BYTES = 1 << 20
DEEPEST = 100  # objects and lists within each other; no workflow comes near
LONGEST_CLIENT_ID = 200
MOST_CHANGES = 1000  # more than a workflow has inputs that people change
GRAPH = {"3": {"class_type": "KSampler", "inputs": {"seed": 42}}}

API = JobSource.API.value
SOURCES = (API, JobSource.EDITOR.value)  # of a job that is run again; a production has its own

Side = Annotated[int, Field(ge=LEAST_SIDE, le=MOST_SIDE)]
Prompt = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT), Storable]
Line = Annotated[str, Field(max_length=LONGEST_LINE), Storable]
Object = dict[str, Any]


# Values are checked here, as pydantic would list each of a million that doesn't fit.
def _scalars(changes: Object) -> Object:
    if not all(
        isinstance(each, str | int | float) and is_finite(each) for each in changes.values()
    ):
        raise ValueError("a list, an object, null, NaN or infinity")
    return changes


def _objects(parameters: Object) -> Object:
    if not all(isinstance(each, dict) for each in parameters.values()):
        raise ValueError("no objects")
    return parameters


class Body(BaseModel):
    """A JSON object with these fields and no others.

    Attributes:
        most_bytes: size of the body that is read at most.
        codes: codes of refusals that are this route's own: by a field's name, "bad_body",
            "unknown_field", or "" for all other fields.
    """

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, allow_inf_nan=False, defer_build=True
    )

    most_bytes: ClassVar[int] = MOST_BODY_BYTES
    codes: ClassVar[Mapping[str, str]] = {}

    def to_dict(self, *left_out: str) -> dict[str, Any]:
        """Return the fields that the request gives a value, but for those that are left out."""
        names = self.model_fields_set - set(left_out)
        return {name: value for name in names if (value := getattr(self, name)) is not None}


class NoFields(Body):
    """A body without fields; it may be left out."""


class ReviewBody(Body):
    """A person's verdict on a job."""

    verdict: Annotated[str, words_of(ReviewVerdict)]
    reason: Reason = ""
    reviewer: Name = ""


class ReproduceBody(Body):
    """Changes to a job that is run again."""

    changes: Annotated[Object, AfterValidator(_scalars)] | None = Field(
        None,
        max_length=MOST_CHANGES,
        description='Values by "node id.input".',
        examples=[{"3.seed": 42}],
    )
    client_id: Annotated[str, Field(max_length=LONGEST_CLIENT_ID), Storable] | None = Field(
        None,
        description="The websocket to which ComfyUI sends progress and results; none gets them"
        " where it is left out.",
    )
    source: Annotated[str, OneOf(SOURCES)] = Field(API, description="The source of the new job.")


class TrackingBody(Body):
    """The prompts that shall be remembered."""

    tracking: Annotated[str, words_of(Tracking)]


class ActionBody(Body):
    """A person's decision on a production."""

    who: Name = ""
    reason: Reason = ""


class FetchBody(Body):
    """Consent to a weight's licence."""

    codes = {"bad_body": "bad_request", "unknown_field": "bad_request", "": "bad_request"}

    accept_licence: bool = False


class OrderedBody(Body):
    """Fields of every order of a production."""

    codes = {"": "bad_request"}

    prompt: Prompt
    project: Name | None = None
    character: Name | None = None
    negative_prompt: Annotated[str, Field(max_length=LONGEST_TEXT), Storable] | None = None
    seed: Annotated[int, Field(ge=0, le=MOST_SEED)] | None = Field(
        None, description="Of the first attempts; one is drawn where there is none."
    )
    width: Side | None = None
    height: Side | None = None
    frames: Annotated[int, Field(ge=1, le=MOST_FRAMES)] | None = None
    fps: Annotated[float, Field(ge=LEAST_FPS, le=MOST_FPS)] | None = None
    attempts: Annotated[int, Field(ge=1, le=MOST_ATTEMPTS)] | None = Field(
        None, description="Of each phase; without it, what the phase says."
    )
    profile: Annotated[Line, Field(min_length=1)] | None = Field(
        None, description="What it takes to pass."
    )


class OrchestrateBody(OrderedBody):
    """An order of a production."""

    phases: (
        Annotated[str, OneOf((SAMPLE,))]
        | Annotated[list[Line], Field(min_length=1, max_length=MOST_PHASES)]
        | None
    ) = Field(
        None,
        description='Ids in their order, or "sample": those that need no models.',
        examples=[SAMPLE, ["sample_stills", "sample_loop"]],
    )
    parameters: Annotated[Object, AfterValidator(_objects)] | None = Field(
        None,
        max_length=MOST_PHASES,
        description="By phase: values by parameter.",
        examples=[{"sample_loop": {"seam_jump": 8}}],
    )


class GenerateBody(OrderedBody):
    """An order of one phase."""

    codes = {"type": "bad_field", "phase": "unknown_phase", "": "bad_request"}

    type: Annotated[str, OneOf(KINDS)]
    phase: Line | None = Field(
        None, description="Which of those that make this; else a shipped one."
    )
    parameters: Object | None = Field(
        None, description="Further values, by parameter.", examples=[{"seam_jump": 8}]
    )


class DefinitionBody(Body):
    """Definition of a phase; `read_definition` checks what the fields hold."""

    most_bytes = MOST_BYTES
    codes = dict.fromkeys(("bad_body", "unknown_field", ""), "bad_definition")

    id: Line
    kind: Annotated[str, OneOf(KINDS)]
    name: Line
    description: Annotated[str, Field(max_length=LONGEST_DESCRIPTION)] = ""
    engine: Line = ""
    takes: Object = Field({}, examples=[{"image": "image"}])
    requires: list[Line] = Field([], max_length=LONGEST_LINE, examples=[["prompt"]])
    policy: Object = Field({}, examples=[{"attempts": 4}])
    graph: Object | None = Field(None, description="In API format.", examples=[GRAPH])
    workflow: Object | None = Field(None, description="The same as graph.", examples=[GRAPH])
    replace: bool = Field(False, description="In the place of a registered phase of this id.")


AnyBody = TypeVar("AnyBody", bound=Body)


async def read_body(request: web.Request, model: type[AnyBody]) -> AnyBody:
    """Return a request's body, of which no more is read than it may have.

    Raises:
        Refusal: it is too large, is no JSON object, or a field doesn't fit.
    """
    raw = bytearray()
    async for chunk in request.content.iter_chunked(1 << 16):
        raw += chunk
        if len(raw) > model.most_bytes:
            raise Refusal("too_large", most=model.most_bytes)
    try:
        values = json.loads(bytes(raw) or b"{}", parse_constant=_refuse)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict) or _is_deep(values):
        raise Refusal("bad_body", code=model.codes.get("bad_body", ""))
    return validated(model, values, "unknown_field", model.codes)


def _is_deep(value: Any) -> bool:
    """Return True if objects and lists are nested so deep that recursion might fail."""
    level = [value]
    for _ in range(DEEPEST):
        inner = [each.values() if isinstance(each, dict) else each for each in level]
        level = [each for values in inner for each in values if isinstance(each, dict | list)]
    return bool(level)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
