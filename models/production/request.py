"""What a production is asked for: read from JSON, checked against the workflows that it names."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ..frames import InputError
from ..jobs.job import clean_name
from .definition import CHARACTER, PhaseDefinition, fill
from .fields import DefinitionError, finite, mapping, sequence, storable, text, whole
from .parameters import LONGEST_TEXT, ParameterError
from .phase_kind import PICTURES, VIDEO
from .policy import MOST_ATTEMPTS

DEFAULT_PHASES = ("sdxl_stills", "wan22_loop", "wan22_clip")
SAMPLE = "sample"  # `phases` may be this word
SAMPLE_PHASES = ("sample_stills", "sample_loop", "sample_clip")
MOST_PHASES = 16
MOST_SEED = 2**64 - 1
RANDOM_SEED = 2**53  # below it, every reader of JSON keeps all digits
LEAST_SIDE, MOST_SIDE = 16, 16_384  # px; the workflows' own bounds are narrower
MOST_FRAMES = 100_000
LEAST_FPS, MOST_FPS = 0.1, 1000.0
# Fields that fill the parameter of their name in every workflow that has it.
WELL_KNOWN = (
    *("project", "character", "prompt", "negative_prompt", "seed", "width", "height"),
    *("frames", "fps", "profile"),
)
SIZES = ("width", "height", "frames", "fps", "profile", "negative_prompt")


class RequestError(ValueError):
    """A request that can't be a production; one sentence names the field and what it should be."""


@dataclass(frozen=True)
class ProductionRequest:
    """What is to be made.

    Attributes:
        project, character: names.
        prompt, negative_prompt: what to draw, and what not.
        seed: of every phase's first attempt.
        width, height: px; None as the workflows were saved.
        frames, fps: of loops and clips; None as the workflows were saved.
        phases: ids, in their order.
        attempts: of each phase; None as its policy says.
        profile: by which it is judged; None as the workflows were saved.
        parameters: by phase, further values by parameter.
    """

    prompt: str
    phases: tuple[str, ...]
    project: str = ""
    character: str = ""
    negative_prompt: str | None = None
    seed: int = 0
    width: int | None = None
    height: int | None = None
    frames: int | None = None
    fps: float | None = None
    attempts: int | None = None
    profile: str | None = None
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """This request as JSON values, as `read_request` takes them."""
        said = asdict(self) | {"phases": list(self.phases)}
        return {name: value for name, value in said.items() if value is not None}

    def values_of(self, definition: PhaseDefinition) -> dict[str, Any]:
        """What a phase's first attempt is filled with, beside what it takes of the one before."""
        values = {}
        for name in WELL_KNOWN:
            given = getattr(self, name)
            parameter = definition.parameter(name)
            if parameter is None or given is None or (given == "" and name != "prompt"):
                continue
            if name not in definition.takes or definition.takes[name] == CHARACTER:
                values[name] = given
        for name, taken in definition.takes.items():
            if taken == CHARACTER and self.character:
                values[name] = self.character
        return values | dict(self.parameters.get(definition.id, {}))


FIELDS = tuple(ProductionRequest.__dataclass_fields__)


def read_request(data: Any, catalogue: Sequence[PhaseDefinition]) -> ProductionRequest:
    """The request that JSON values stand for.

    Args:
        data: the fields of `ProductionRequest`; only `prompt` is required. `phases` are ids, or
            "sample" for those that need no models.
        catalogue: all phases that there are.

    Raises:
        RequestError: one sentence names what is wrong.
    """
    try:
        request = _read(mapping("request", data), catalogue)
    except (DefinitionError, InputError) as error:
        raise RequestError(str(error)) from None
    known = {each.id: each for each in catalogue}
    definitions = [known[each] for each in request.phases]
    _refuse_unused(request, definitions)
    for place, definition in enumerate(definitions):
        _check_values(request, definition, definitions[place - 1] if place else None)
    return request


def _read(said: Mapping[str, Any], catalogue: Sequence[PhaseDefinition]) -> ProductionRequest:
    for name in said:
        if name not in FIELDS:
            fields = ", ".join(FIELDS)
            raise RequestError(f"There is no field {str(name)[:100]!r} here; there are: {fields}.")
    given = {name: value for name, value in said.items() if value is not None}

    def number(name: str, least: int, most: int) -> int | None:
        return whole(name, given[name], least, most) if name in given else None

    prompt = text("prompt", given.get("prompt"), 1, LONGEST_TEXT)
    negative = None
    if "negative_prompt" in given:
        negative = text("negative_prompt", given["negative_prompt"], 0, LONGEST_TEXT)
    for name, value in (("prompt", prompt), ("negative_prompt", negative or "")):
        if not storable(value):
            raise RequestError(f"{name}: it holds NUL or half a character; remove it.")
    seed = number("seed", 0, MOST_SEED)
    profile = text("profile", given["profile"], 1) if "profile" in given else None
    phases = _phases(given.get("phases"), catalogue)
    return ProductionRequest(
        prompt=prompt,
        phases=phases,
        project=_name("project", given),
        character=_name("character", given),
        negative_prompt=negative,
        seed=secrets.randbelow(RANDOM_SEED) if seed is None else seed,
        width=number("width", LEAST_SIDE, MOST_SIDE),
        height=number("height", LEAST_SIDE, MOST_SIDE),
        frames=number("frames", 1, MOST_FRAMES),
        fps=_fps(given.get("fps")),
        attempts=number("attempts", 1, MOST_ATTEMPTS),
        profile=profile,
        parameters=_parameters(given.get("parameters", {}), phases),
    )


def _name(field_name: str, given: Mapping[str, Any]) -> str:
    return clean_name(field_name, text(field_name, given.get(field_name, ""), 0, 10_000))


def _fps(value: Any) -> float | None:
    if value is None:
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not LEAST_FPS <= value <= MOST_FPS:  # nor is NaN
        raise RequestError(
            f"fps: expected a number from {LEAST_FPS} to {MOST_FPS}, got {str(value)[:60]}."
        )
    return float(value)


def _phases(value: Any, catalogue: Sequence[PhaseDefinition]) -> tuple[str, ...]:
    if value is None:
        return DEFAULT_PHASES
    if value == SAMPLE:
        return SAMPLE_PHASES
    phases = tuple(text("phases", each, 1) for each in sequence("phases", value, MOST_PHASES))
    if not phases:
        raise RequestError("phases: expected at least one phase.")
    known = [each.id for each in catalogue]
    for each in phases:
        if each not in known:
            raise RequestError(f"phases: there is no phase {each!r}; there are {', '.join(known)}.")
        if phases.count(each) > 1:
            raise RequestError(f"phases: {each} stands there twice; a phase runs once.")
    return phases


def _parameters(value: Any, phases: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    said = mapping("parameters", value)
    for phase_id, values in said.items():
        if phase_id not in phases:
            raise RequestError(
                f"parameters: {str(phase_id)[:64]!r} is none of the phases {', '.join(phases)}."
            )
        if not finite(mapping(f"parameters.{phase_id}", values)):
            raise RequestError(f"parameters.{phase_id}: NaN and infinity are no JSON.")
    return {phase_id: dict(values) for phase_id, values in said.items()}


def _refuse_unused(request: ProductionRequest, definitions: Sequence[PhaseDefinition]) -> None:
    """Whoever asks for a width must not get another one in silence."""
    for name in SIZES:
        if getattr(request, name) is None:
            continue
        if not any(each.parameter(name) for each in definitions):
            phases = ", ".join(request.phases)
            raise RequestError(f"{name}: none of the workflows of {phases} has such a parameter.")


def _check_values(
    request: ProductionRequest, definition: PhaseDefinition, before: PhaseDefinition | None
) -> None:
    values = request.values_of(definition)
    for name, taken in definition.takes.items():
        if taken == CHARACTER or name in request.parameters.get(definition.id, {}):
            continue
        fits = before is not None and (taken == PICTURES or before.gives == VIDEO)
        if fits:
            values[name] = "of the phase before.png [output]"
    try:
        fill(definition, values)
    except ParameterError as error:
        raise RequestError(f"{definition.id}: {error}") from None
