"""Order of a production, checked against the workflows that it names."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from .definition import CHARACTER, PhaseDefinition, fill
from .fields import finite
from .phase_kind import PICTURES, VIDEO
from .phase_parameters import ParameterError

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


def read_request(
    order: Mapping[str, Any], catalogue: Sequence[PhaseDefinition]
) -> ProductionRequest:
    """Return the request that an order stands for.

    Args:
        order: fields of `ProductionRequest`, of their types and within their bounds; only `prompt`
            is required. `phases` may be "sample", for those that need no models.
        catalogue: all phases that there are.

    Raises:
        RequestError: one sentence names what is wrong.
    """
    phases = _phases(order.get("phases"), catalogue)
    filled = {
        **order,
        "phases": phases,
        "seed": order.get("seed", secrets.randbelow(RANDOM_SEED)),
        "parameters": _parameters(order.get("parameters", {}), phases),
    }
    request = ProductionRequest(**filled)
    known = {each.id: each for each in catalogue}
    definitions = [known[each] for each in request.phases]
    _refuse_unused(request, definitions)
    for place, definition in enumerate(definitions):
        _check_values(request, definition, definitions[place - 1] if place else None)
    return request


def _phases(
    phases: str | Sequence[str] | None, catalogue: Sequence[PhaseDefinition]
) -> tuple[str, ...]:
    if phases is None:
        return DEFAULT_PHASES
    if phases == SAMPLE:
        return SAMPLE_PHASES
    known = [each.id for each in catalogue]
    for each in phases:
        if each not in known:
            raise RequestError(f"phases: there is no phase {each!r}; there are {', '.join(known)}.")
        if phases.count(each) > 1:
            raise RequestError(f"phases: {each} stands there twice; a phase runs once.")
    return tuple(phases)


def _parameters(
    parameters: Mapping[str, Mapping[str, Any]], phases: Sequence[str]
) -> Mapping[str, Mapping[str, Any]]:
    for phase_id, values in parameters.items():
        if phase_id not in phases:
            raise RequestError(
                f"parameters: {phase_id[:64]!r} is none of the phases {', '.join(phases)}."
            )
        if not finite(values):
            raise RequestError(f"parameters.{phase_id}: NaN and infinity are no JSON.")
    return {phase_id: dict(values) for phase_id, values in parameters.items()}


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
