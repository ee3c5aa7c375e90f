"""Definition of a phase: a workflow with parameters, gates and a policy, read from JSON values."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from ..gating.links import is_link
from ..gating.loops import without_loop_marks
from ..report import Report
from . import policy as policies
from .fields import (
    LEAST_NUMBER,
    LONGEST_LINE,
    MOST_NUMBER,
    DefinitionError,
    field_error,
    is_finite,
    is_number_in_bounds,
    is_storable,
    mapping,
    refuse_unknown_fields,
    scalars_of,
    sequence,
    text,
)
from .gates import Gate, own_names, read_gates
from .graph import GraphError, check_graph
from .phase_kind import KINDS, PICTURES, VIDEO, PhaseKind
from .phase_parameters import IMAGE, STRING, Parameter, ParameterError, fill_graph, read_parameters
from .policy import Policy, read_policy

__all__ = ["DefinitionError", "PhaseDefinition", "fill", "next_values", "read_definition"]

ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
CHARACTER = "character"
TAKES = (PICTURES, VIDEO, CHARACTER)
GRAPH, WORKFLOW = "graph", "workflow"  # two names of the same field
FIELDS = (
    *("id", "name", "description", "kind", "engine", "takes", "requires", "policy"),
    *(GRAPH, WORKFLOW),
)
MOST_BYTES = 1_000_000  # of JSON; a large workflow has a tenth of that
LONGEST_DESCRIPTION = 2_000  # characters
DEEPEST = 30  # levels of nested objects and lists; a node has no more than a few


@dataclass(frozen=True)
class PhaseDefinition:
    """A workflow that a production can run unattended.

    Attributes:
        id: id of the phase in requests.
        name, description: texts for people.
        kind: kind of result: image, loop or clip.
        engine: name of the model family that renders, for people, such as `Wan 2.2`.
        graph: the workflow in API form, as it was saved.
        parameters: named inputs that a production can set.
        gates: gates that decide whether an attempt passes.
        policy: number of attempts, and changes between them.
        takes: by parameter, the value that comes from the previous phase or from the request:
            `image` (a still, or a video whose first frame is used), `video`, or `character` (the
            name of the request's character).
        version: SHA-256 of the definition.
    """

    id: str
    name: str
    description: str
    kind: PhaseKind
    engine: str
    graph: Mapping[str, Any]
    parameters: tuple[Parameter, ...]
    gates: tuple[Gate, ...]
    policy: Policy
    takes: Mapping[str, str]

    @property
    def gives(self) -> str:
        """Kind of file that the next phase can take: `image` or `video`."""
        return self.kind.gives

    @cached_property
    def version(self) -> str:
        """SHA-256 of the definition as JSON; equal definitions have equal versions."""
        return hashlib.sha256(canonical_json(self.to_dict()).encode()).hexdigest()

    def parameter(self, name: str) -> Parameter | None:
        """Return the parameter of a name, or None if the workflow has none of that name."""
        return next((each for each in self.parameters if each.name == name), None)

    def to_dict(self) -> dict[str, Any]:
        """Return this definition as strict JSON values, as `read_definition` takes them."""
        return {
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "kind": self.kind.value,
            "engine": self.engine,
            "takes": dict(self.takes),
            "requires": [each.name for each in self.parameters if each.required],
            "policy": self.policy.to_dict(),
            "graph": dict(self.graph),
        }


def read_definition(data: Any) -> PhaseDefinition:
    """Read and check a definition.

    Args:
        data: JSON object with `id`, `name`, `kind` and `graph` (or `workflow`), and optionally
            `description`, `engine`, `takes`, `requires` (names of parameters that a request must
            set) and `policy`.

    Raises:
        DefinitionError: a field is unknown, missing or wrong; the message names the field and the
            expected value.
    """
    fields = mapping("definition", data)
    refuse_unknown_fields("definition", fields, FIELDS)
    if _depth(fields) > DEEPEST:
        raise DefinitionError(f"definition: it is nested deeper than {DEEPEST} levels.")
    if not is_finite(fields):
        raise DefinitionError("definition: it contains NaN or infinity, which JSON doesn't allow.")
    if not all(map(is_number_in_bounds, scalars_of(fields))):
        raise DefinitionError(
            f"definition: a whole number is not from {LEAST_NUMBER} to {MOST_NUMBER}."
        )
    json_text = canonical_json(fields)
    if not is_storable(json_text) or "\\u0000" in json_text:
        raise DefinitionError(
            "definition: a text contains NUL or an unpaired surrogate; remove that character."
        )
    if (size := len(json_text.encode())) > MOST_BYTES:
        raise DefinitionError(f"definition: it has {size} bytes; at most {MOST_BYTES} are allowed.")
    kind = fields.get("kind")
    if kind not in KINDS:
        raise field_error("kind", f"one of {', '.join(KINDS)}", kind)
    if GRAPH in fields and WORKFLOW in fields:
        raise DefinitionError(
            "definition: graph and workflow are two names of the same field; remove one of them."
        )
    graph = fields.get(GRAPH, fields.get(WORKFLOW))
    try:
        check_graph(graph)
        parameters = read_parameters(mapping("graph", graph))
    except (GraphError, ParameterError) as error:
        raise DefinitionError(str(error)) from error
    # a copy that the caller can't change
    graph = json.loads(canonical_json(without_loop_marks(mapping("graph", graph))))
    parameters = _required(fields.get("requires", []), parameters)
    _refuse_missing_pictures(graph, parameters)
    return PhaseDefinition(
        id=phase_id(fields.get("id")),
        name=text("name", fields.get("name"), 1),
        description=text("description", fields.get("description", ""), 0, LONGEST_DESCRIPTION),
        kind=PhaseKind(kind),
        engine=text("engine", fields.get("engine", "")),
        graph=MappingProxyType(graph),
        parameters=parameters,
        gates=read_gates(graph),
        policy=read_policy(fields.get("policy", {}), parameters, own_names(graph)),
        takes=_takes(fields.get("takes", {}), parameters),
    )


def phase_id(value: Any) -> str:
    """Return a value if it is an id that every file system accepts as a file's name.

    Raises:
        DefinitionError: the value is not such an id.
    """
    if not isinstance(value, str) or not ID.fullmatch(value):
        raise field_error("id", "1 to 64 of a–z, 0–9, _ and -, a letter or digit first", value)
    return value


def fill(definition: PhaseDefinition, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the workflow with values in its parameters, ready for POST /prompt.

    Args:
        definition: definition of the phase.
        values: values by parameter; all other parameters keep their defaults.

    Raises:
        ParameterError: no parameter has that name, a value doesn't fit, or a required value is
            missing.
    """
    return fill_graph(definition.graph, definition.parameters, values)


def next_values(
    definition: PhaseDefinition, values: Mapping[str, Any], *reports: Report
) -> dict[str, Any]:
    """Return the parameter values of the attempt that follows a failed one.

    Args:
        definition: definition of the phase.
        values: values of the failed attempt.
        reports: reports of the failed attempt, merged or one by one; none if it made none.

    Returns:
        The same values with the next seed, changed by each adjustment that has a reason from the
        reports.
    """
    return policies.next_values(definition.policy, definition.parameters, values, reports)


def canonical_json(data: Any) -> str:
    """Return JSON text that is equal for equal values: sorted keys, no spaces."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _required(data: Any, parameters: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
    names = [text("requires", each) for each in sequence("requires", data)]
    parameter_names = [each.name for each in parameters]
    for name in names:
        if name not in parameter_names:
            raise DefinitionError(f"requires: the workflow has no parameter {name!r}.")
    return tuple(replace(each, required=each.name in names) for each in parameters)


def _takes(data: Any, parameters: tuple[Parameter, ...]) -> Mapping[str, str]:
    takes = mapping("takes", data)
    kinds = {each.name: each.kind for each in parameters}
    for name, source in takes.items():
        if source not in TAKES:
            field = f"takes.{str(name)[:LONGEST_LINE]}"
            raise field_error(field, f"one of {', '.join(TAKES)}", source)
        kind = STRING if source == CHARACTER else IMAGE
        if kinds.get(name) != kind:
            raise DefinitionError(f"takes: the workflow has no {kind} parameter {name!r}.")
    return MappingProxyType(dict(takes))


def _refuse_missing_pictures(graph: Mapping[str, Any], parameters: tuple[Parameter, ...]) -> None:
    """Refuse an optional picture without a default and a fallback: a run without it would fail."""
    for parameter in parameters:
        if parameter.kind == IMAGE and not parameter.default and not parameter.required:
            for node_id in parameter.node_ids:
                if not is_link(graph[node_id]["inputs"].get("fallback")):
                    raise DefinitionError(
                        f"Parameter {parameter.name}: node {node_id} names no file and nothing is"
                        ' connected to its fallback; name a file, or add it to "requires".'
                    )


def _depth(value: Any) -> int:
    """Return how deep objects and lists are nested, without recursion."""
    depth, level = 0, [value]
    while level and depth <= DEEPEST:
        level = [
            inner
            for each in level
            if isinstance(each, Mapping | list | tuple)
            for inner in (each.values() if isinstance(each, Mapping) else each)
        ]
        depth += 1
    return depth
