"""Models of the request bodies that the routes accept, with the bounds of each field."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, TypeVar

from aiohttp import web
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ...models.jobs.job import LONGEST_CLIENT_ID, JobSource, ReviewVerdict
from ...models.jobs.recording.tracking import Tracking
from ...models.production.definition import LONGEST_DESCRIPTION, MOST_BYTES
from ...models.production.fields import (
    LEAST_NUMBER,
    LONGEST_LINE,
    LONGEST_NESTED,
    MOST_NUMBER,
    is_finite,
    is_number_in_bounds,
    is_text_in_bounds,
    scalars_of,
)
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
from .fields import Name, OneOf, Reason, Storable, quoted, validate, words_of
from .refusals import Refusal

MOST_BODY_BYTES = 1 << 20
MOST_LEVELS = 100  # objects and lists nested in each other; workflows have far fewer
MOST_CHANGES = 1000  # more than the inputs of a workflow that a person changes
GRAPH = {"3": {"class_type": "KSampler", "inputs": {"seed": 42}}}

API = JobSource.API.value
# Sources that a request may name for a job that is run again; productions queue their jobs
# themselves.
SOURCES = (API, JobSource.EDITOR.value)

Side = Annotated[int, Field(ge=LEAST_SIDE, le=MOST_SIDE)]
Prompt = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT), Storable]
Line = Annotated[str, Field(max_length=LONGEST_LINE), Storable]
Object = dict[str, Any]


# These two functions stop at the first wrong value. Pydantic would list all of them, which may be a
# million.
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
    """Base of the request bodies: a JSON object that refuses unknown fields.

    Attributes:
        most_bytes: largest size of the body in bytes.
        codes: refusal codes of this route that differ from the usual ones. The keys are the name
            of a field, "bad_body", "unknown_field", or "" for all other fields.
    """

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, allow_inf_nan=False, defer_build=True
    )

    most_bytes: ClassVar[int] = MOST_BODY_BYTES
    codes: ClassVar[Mapping[str, str]] = {}

    def to_dict(self, *excluded: str) -> dict[str, Any]:
        """Return the fields that the request sets, without null values and `excluded` fields."""
        names = self.model_fields_set - set(excluded)
        return {name: value for name in names if (value := getattr(self, name)) is not None}


class NoFields(Body):
    """Body without fields; a request may omit it."""


class ReviewBody(Body):
    """Verdict of a person on a job."""

    verdict: Annotated[str, words_of(ReviewVerdict)]
    reason: Reason = ""
    reviewer: Name = ""


class ReproduceBody(Body):
    """Changes to a job that is run again."""

    changes: Annotated[Object, AfterValidator(_scalars)] | None = Field(
        None,
        max_length=MOST_CHANGES,
        description='New values by "node id.input".',
        examples=[{"3.seed": 42}],
    )
    client_id: Annotated[str, Field(max_length=LONGEST_CLIENT_ID), Storable] | None = Field(
        None,
        description="Client id of the websocket to which ComfyUI sends progress and results."
        " Without it, no client receives them.",
    )
    source: Annotated[str, OneOf(SOURCES)] = Field(API, description="Source of the new job.")


class TrackingBody(Body):
    """Choice of the prompts that are recorded as jobs."""

    tracking: Annotated[str, words_of(Tracking)]


class ActionBody(Body):
    """Decision of a person on a production."""

    who: Name = ""
    reason: Reason = ""


class FetchBody(Body):
    """Consent to the licence of a weight."""

    codes = {"bad_body": "bad_request", "unknown_field": "bad_request", "": "bad_request"}

    accept_licence: bool = False


class OrderBody(Body):
    """Base of the orders of productions, with the fields that every order has."""

    codes = {"": "bad_request"}

    prompt: Prompt
    project: Name | None = None
    character: Name | None = None
    negative_prompt: Annotated[str, Field(max_length=LONGEST_TEXT), Storable] | None = None
    seed: Annotated[int, Field(ge=0, le=MOST_SEED)] | None = Field(
        None, description="Seed of each phase's first attempt; a random one without this field."
    )
    width: Side | None = None
    height: Side | None = None
    frames: Annotated[int, Field(ge=1, le=MOST_FRAMES)] | None = None
    fps: Annotated[float, Field(ge=LEAST_FPS, le=MOST_FPS)] | None = None
    attempts: Annotated[int, Field(ge=1, le=MOST_ATTEMPTS)] | None = Field(
        None, description="Most attempts of each phase; without it, the phase's own number."
    )
    profile: Annotated[Line, Field(min_length=1)] | None = Field(
        None, description="Profile with the thresholds for a pass."
    )


class OrchestrateBody(OrderBody):
    """Order of a production of several phases."""

    phases: (
        Annotated[str, OneOf((SAMPLE,))]
        | Annotated[list[Line], Field(min_length=1, max_length=MOST_PHASES)]
        | None
    ) = Field(
        None,
        description='Ids of the phases in their order, or "sample" for the phases that need no'
        " models.",
        examples=[SAMPLE, ["sample_stills", "sample_loop"]],
    )
    parameters: Annotated[Object, AfterValidator(_objects)] | None = Field(
        None,
        max_length=MOST_PHASES,
        description="Parameters of the phases: by a phase's id, values by name.",
        examples=[{"sample_loop": {"seam_jump": 8}}],
    )


class GenerateBody(OrderBody):
    """Order of a production of one phase."""

    codes = {"type": "bad_field", "phase": "unknown_phase", "": "bad_request"}

    type: Annotated[str, OneOf(KINDS)]
    phase: Line | None = Field(
        None,
        description="Id of a phase that makes this type; without it, a phase that comes with the"
        " pack.",
    )
    parameters: Object | None = Field(
        None,
        description="Further parameters of the phase: values by name.",
        examples=[{"seam_jump": 8}],
    )


class DefinitionBody(Body):
    """Definition of a phase; `read_definition` checks the content of the fields."""

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
    graph: Object | None = Field(None, description="Workflow in API format.", examples=[GRAPH])
    workflow: Object | None = Field(
        None, description="Another name of the field graph.", examples=[GRAPH]
    )
    replace: bool = Field(False, description="Replace a registered phase that has this id.")


AnyBody = TypeVar("AnyBody", bound=Body)


async def read_body(request: web.Request, model: type[AnyBody]) -> AnyBody:
    """Read and validate a request's body; stop reading at the largest size that is allowed.

    Args:
        request: the request.
        model: model of the route's body.

    Raises:
        Refusal: the body is too large or not a JSON object, or a field is unknown, missing or
            wrong.
    """
    raw = bytearray()
    async for chunk in request.content.iter_chunked(1 << 16):
        raw += chunk
        if len(raw) > model.most_bytes:
            raise Refusal("too_large", most=model.most_bytes)
    try:
        values = json.loads(bytes(raw) or b"{}", parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict) or _is_too_deep(values):
        raise Refusal("bad_body", code=model.codes.get("bad_body", ""))
    body = validate(model, values, "unknown_field", model.codes)
    for name, value in values.items():
        if isinstance(value, dict | list):
            _refuse_out_of_bounds(name, value, model.codes)
    return body


def _refuse_out_of_bounds(name: str, value: Any, codes: Mapping[str, str]) -> None:
    """Refuse a field with a number or a text inside that is out of bounds, whatever it is for."""
    code = codes.get(name, codes.get("", ""))
    for scalar in scalars_of(value):
        received: dict[str, Any] = {"field": name, "code": code, "got": quoted(scalar)}
        if not is_number_in_bounds(scalar):
            raise Refusal("expected_numbers", least=LEAST_NUMBER, most=MOST_NUMBER, **received)
        if not is_text_in_bounds(scalar):
            raise Refusal("expected_texts", most=LONGEST_NESTED, **received)


def _is_too_deep(value: Any) -> bool:
    """Return True if objects and lists are nested deeper than `MOST_LEVELS`.

    Deep nesting could exceed Python's recursion limit in code that walks through the body.
    """
    level = [value]
    for _ in range(MOST_LEVELS):
        inner = [each.values() if isinstance(each, dict) else each for each in level]
        level = [each for values in inner for each in values if isinstance(each, dict | list)]
    return bool(level)


def _refuse_constant(constant: str) -> None:
    raise ValueError(f"{constant} is not allowed in JSON")
