"""Request for a production: the order of a client, checked against the workflows of its phases."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from .definition import CHARACTER, PhaseDefinition, fill
from .fields import is_finite
from .phase_kind import PICTURES, VIDEO
from .phase_parameters import ParameterError

DEFAULT_PHASES = ("sdxl_stills", "wan22_loop", "wan22_clip")
SAMPLE = "sample"  # value of `phases` that stands for `SAMPLE_PHASES`
SAMPLE_PHASES = ("sample_stills", "sample_loop", "sample_clip")
MOST_PHASES = 16
MOST_SEED = 2**64 - 1  # ComfyUI's highest seed
RANDOM_SEED = 2**53  # random seeds are smaller, so that JSON readers with doubles keep them exact
LEAST_SIDE, MOST_SIDE = 16, 16_384  # px; the workflows' own bounds are narrower
MOST_FRAMES = 100_000
LEAST_FPS, MOST_FPS = 0.1, 1000.0
# Fields that fill in the parameter of the same name in every workflow that has it.
SHARED_FIELDS = (
    *("project", "character", "prompt", "negative_prompt", "seed", "width", "height"),
    *("frames", "fps", "profile"),
)
# Fields that at least one workflow must have as a parameter, or the request is refused.
MUST_BE_USED = ("width", "height", "frames", "fps", "profile", "negative_prompt")


class RequestError(ValueError):
    """Error for a request that can't be a production; it names the field and the expected value.

    Attributes:
        phase: id of the phase whose parameter is wrong, or "".
        parameter: name of the parameter or of the request's field that is wrong, or "".
    """

    def __init__(self, message: str, phase: str = "", parameter: str = "") -> None:
        super().__init__(message)
        self.phase, self.parameter = phase, parameter


@dataclass(frozen=True)
class ProductionRequest:
    """Request for a production: the phases to run and the values of their parameters.

    Attributes:
        prompt: text that describes the picture.
        phases: ids of the phases, in the order in which they run.
        project: name of the project, or "".
        character: name of the character in the library, or "".
        negative_prompt: text that describes what the picture must not show; None for the default
            of each workflow.
        seed: seed of every phase's first attempt, 0 to `MOST_SEED`.
        width, height: size in pixels; None for the defaults of the workflows.
        frames: frames of loops and clips; None for the defaults of the workflows.
        fps: frame rate of loops and clips in frames per second; None for the defaults of the
            workflows.
        attempts: most attempts of each phase; None for the number in the phase's policy.
        profile: name of the profile that sets the thresholds; None for the defaults of the
            workflows.
        parameters: further values by phase and parameter.
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
        """Return this request as JSON values, as `read_request` takes them."""
        fields = asdict(self) | {"phases": list(self.phases)}
        return {name: value for name, value in fields.items() if value is not None}

    def values_of(self, definition: PhaseDefinition) -> dict[str, Any]:
        """Return the parameter values of a phase's first attempt.

        Values that come from the previous phase are not included.
        """
        values = {}
        for name in SHARED_FIELDS:
            value = getattr(self, name)
            parameter = definition.parameter(name)
            if parameter is None or value is None or (value == "" and name != "prompt"):
                continue
            if name not in definition.takes or definition.takes[name] == CHARACTER:
                values[name] = value
        for name, source in definition.takes.items():
            if source == CHARACTER and self.character:
                values[name] = self.character
        return values | dict(self.parameters.get(definition.id, {}))


def read_request(
    order: Mapping[str, Any], catalogue: Sequence[PhaseDefinition]
) -> ProductionRequest:
    """Return the request that a client's order describes, with defaults for absent fields.

    Args:
        order: fields of `ProductionRequest` with values of the right types and within bounds; only
            `prompt` is required. `phases` may be "sample", for the phases that need no models.
        catalogue: definitions of all phases.

    Raises:
        RequestError: a field doesn't fit the phases; the message names it.
    """
    phases = _phases(order.get("phases"), catalogue)
    fields = {
        **order,
        "phases": phases,
        "seed": order.get("seed", secrets.randbelow(RANDOM_SEED)),
        "parameters": _parameters(order.get("parameters", {}), phases),
    }
    request = ProductionRequest(**fields)
    definition_of = {each.id: each for each in catalogue}
    definitions = [definition_of[each] for each in request.phases]
    _refuse_unused_fields(request, definitions)
    for position, definition in enumerate(definitions):
        _check_values(request, definition, definitions[position - 1] if position else None)
    return request


def _phases(
    phases: str | Sequence[str] | None, catalogue: Sequence[PhaseDefinition]
) -> tuple[str, ...]:
    if phases is None:
        return DEFAULT_PHASES
    if phases == SAMPLE:
        return SAMPLE_PHASES
    ids = [each.id for each in catalogue]
    for phase_id in phases:
        if phase_id not in ids:
            raise RequestError(
                f"phases: there is no phase {phase_id!r}; the phases are {', '.join(ids)}."
            )
        if phases.count(phase_id) > 1:
            raise RequestError(f"phases: {phase_id} is named twice; a phase runs once.")
    return tuple(phases)


def _parameters(
    parameters: Mapping[str, Mapping[str, Any]], phases: Sequence[str]
) -> Mapping[str, Mapping[str, Any]]:
    for phase_id, values in parameters.items():
        if phase_id not in phases:
            raise RequestError(
                f"parameters: {phase_id[:64]!r} is none of the phases {', '.join(phases)}."
            )
        if not is_finite(values):
            raise RequestError(f"parameters.{phase_id}: JSON doesn't allow NaN and infinity.")
    return {phase_id: dict(values) for phase_id, values in parameters.items()}


def _refuse_unused_fields(
    request: ProductionRequest, definitions: Sequence[PhaseDefinition]
) -> None:
    """Refuse a width, for example, that no workflow would use: it must not be ignored silently."""
    for name in MUST_BE_USED:
        if getattr(request, name) is None:
            continue
        if not any(each.parameter(name) for each in definitions):
            phases = ", ".join(request.phases)
            raise RequestError(
                f"{name}: none of the workflows of {phases} has such a parameter.", parameter=name
            )


def _check_values(
    request: ProductionRequest, definition: PhaseDefinition, previous: PhaseDefinition | None
) -> None:
    """Refuse values that don't fit the phase's parameters, and a phase that lacks the one before.

    A phase lacks the one before if it requires a file that no previous phase of the request gives.
    """
    values = request.values_of(definition)
    for name, source in definition.takes.items():
        if source == CHARACTER or name in request.parameters.get(definition.id, {}):
            continue
        if previous is not None and (source == PICTURES or previous.gives == VIDEO):
            values[name] = "previous_phase.png [output]"  # stands for a file that doesn't exist yet
    try:
        fill(definition, values)
    except ParameterError as error:
        raise RequestError(f"{definition.id}: {error}", definition.id, error.name) from None
