"""The definition of a phase: a workflow with parameters, a gate and a policy, read and checked."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from ..gating.retry_body import is_link
from ..report import Report
from . import policy as policies
from .fields import (
    LONGEST_LINE,
    DefinitionError,
    finite,
    mapping,
    only,
    refused,
    sequence,
    storable,
    text,
)
from .gates import Gate, read_gates
from .graph import GraphError, check_graph
from .phase_kind import KINDS, PICTURES, VIDEO, PhaseKind
from .phase_parameters import IMAGE, STRING, Parameter, ParameterError, fill_graph, read_parameters
from .policy import Policy, read_policy

__all__ = ["DefinitionError", "PhaseDefinition", "fill", "next_values", "read_definition"]

ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
CHARACTER = "character"
TAKEN = (PICTURES, VIDEO, CHARACTER)
GRAPH, WORKFLOW = "graph", "workflow"  # two names of one field
FIELDS = (
    *("id", "name", "description", "kind", "engine", "takes", "requires", "policy"),
    *(GRAPH, WORKFLOW),
)
MOST_BYTES = 1_000_000  # of JSON; a large workflow has a tenth of it
LONGEST_DESCRIPTION = 2_000
DEEPEST = 30  # objects within objects; no node has more than a few


@dataclass(frozen=True)
class PhaseDefinition:
    """A workflow that a production can run without anyone looking on.

    Attributes:
        id: by which requests name it.
        name, description: for people.
        kind: what it makes.
        engine: what renders, for people, such as `Wan 2.2`.
        graph: the workflow in API form, as it was saved.
        parameters: what can be set in it.
        gates: by what an attempt is judged.
        policy: how often it is tried, and what changes between attempts.
        takes: by parameter, what it takes of the phase before: `image` (a still, or a video of
            which the first frame is enough), `video`, or `character` (its name).
        version: SHA-256 of all of this.
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
        """What a following phase can take of it: `image` or `video`."""
        return self.kind.gives

    @cached_property
    def version(self) -> str:
        """Equal where the definitions are."""
        return hashlib.sha256(as_json(self.to_dict()).encode()).hexdigest()

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of a name, None where the workflow has none."""
        return next((each for each in self.parameters if each.name == name), None)

    def to_dict(self) -> dict[str, Any]:
        """What `read_definition` takes: strict JSON values."""
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
    """The definition that JSON values stand for.

    Args:
        data: `id`, `name`, `kind` and `graph` (or `workflow`); and as wanted `description`,
            `engine`, `takes`, `requires` (names of parameters that a request must give) and
            `policy`.

    Raises:
        DefinitionError: one sentence names what is wrong, and what it should be.
    """
    said = mapping("definition", data)
    only("definition", said, FIELDS)
    if _depth(said) > DEEPEST:
        raise DefinitionError(f"definition: it is nested deeper than {DEEPEST} levels.")
    if not finite(said):
        raise DefinitionError("definition: it holds NaN or infinity, which is no JSON.")
    written = as_json(said)
    if not storable(written) or "\\u0000" in written:
        raise DefinitionError("definition: a text holds NUL or half a character; remove it.")
    if (size := len(written.encode())) > MOST_BYTES:
        raise DefinitionError(f"definition: it has {size} bytes; at most {MOST_BYTES} are allowed.")
    kind = said.get("kind")
    if kind not in KINDS:
        raise refused("kind", f"one of {', '.join(KINDS)}", kind)
    if GRAPH in said and WORKFLOW in said:
        raise DefinitionError("definition: graph and workflow are one field; leave one out.")
    graph = said.get(GRAPH, said.get(WORKFLOW))
    try:
        check_graph(graph)
        parameters = read_parameters(mapping("graph", graph))
    except (GraphError, ParameterError) as error:
        raise DefinitionError(str(error)) from error
    graph = json.loads(as_json(graph))  # nobody else holds this copy
    parameters = _required(said.get("requires", []), parameters)
    _refuse_pictureless(graph, parameters)
    identity = phase_id(said.get("id"))
    return PhaseDefinition(
        id=identity,
        name=text("name", said.get("name"), 1),
        description=text("description", said.get("description", ""), 0, LONGEST_DESCRIPTION),
        kind=PhaseKind(said["kind"]),
        engine=text("engine", said.get("engine", "")),
        graph=MappingProxyType(graph),
        parameters=parameters,
        gates=read_gates(graph),
        policy=read_policy(said.get("policy", {}), parameters),
        takes=_takes(said.get("takes", {}), parameters),
    )


def phase_id(value: Any) -> str:
    """An id that can be a file's name everywhere.

    Raises:
        DefinitionError: it isn't one.
    """
    if not isinstance(value, str) or not ID.fullmatch(value):
        raise refused("id", "1 to 64 of a–z, 0–9, _ and -, a letter or digit first", value)
    return value


def fill(definition: PhaseDefinition, values: Mapping[str, Any]) -> dict[str, Any]:
    """The workflow with values in its parameters, ready for POST /prompt.

    Raises:
        ParameterError: a value is of no parameter, doesn't fit, or a required one isn't given.
    """
    return fill_graph(definition.graph, definition.parameters, values)


def next_values(
    definition: PhaseDefinition, values: Mapping[str, Any], *reports: Report
) -> dict[str, Any]:
    """What the attempt after one that did not pass is made with.

    Args:
        definition: of the phase.
        values: of that attempt.
        reports: what was measured of it, merged or one by one; none where it made none.

    Returns:
        The same values with the next seed and the adjustments whose reasons occur.
    """
    return policies.next_values(definition.policy, definition.parameters, values, reports)


def as_json(data: Any) -> str:
    """JSON in one spelling."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _required(data: Any, parameters: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
    names = [text("requires", each) for each in sequence("requires", data)]
    known = [each.name for each in parameters]
    for name in names:
        if name not in known:
            raise DefinitionError(f"requires: the workflow has no parameter {name!r}.")
    return tuple(replace(each, required=each.name in names) for each in parameters)


def _takes(data: Any, parameters: tuple[Parameter, ...]) -> Mapping[str, str]:
    said = mapping("takes", data)
    kinds = {each.name: each.kind for each in parameters}
    for name, taken in said.items():
        if taken not in TAKEN:
            raise refused(f"takes.{str(name)[:LONGEST_LINE]}", f"one of {', '.join(TAKEN)}", taken)
        needed = STRING if taken == CHARACTER else IMAGE
        if kinds.get(name) != needed:
            raise DefinitionError(f"takes: the workflow has no {needed} parameter {name!r}.")
    return MappingProxyType(dict(said))


def _refuse_pictureless(graph: Mapping[str, Any], parameters: tuple[Parameter, ...]) -> None:
    """A picture that nobody must give and that has nothing in its place would fail every run."""
    for each in parameters:
        if each.kind == IMAGE and not each.default and not each.required:
            for node_id in each.node_ids:
                if not is_link(graph[node_id]["inputs"].get("fallback")):
                    raise DefinitionError(
                        f"Parameter {each.name}: node {node_id} holds no file and nothing is"
                        ' connected to its fallback; write one, or name it under "requires".'
                    )


def _depth(value: Any) -> int:
    """How deep objects and lists are nested, without recursion."""
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
