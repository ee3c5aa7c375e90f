"""Parameters: the named inputs of a workflow that a production fills in.

In a graph each is a node `AnimeParameter…`, which holds its name, its value and its bounds; several
nodes of one name are one parameter.
"""

import copy
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..gating.retry_body import is_link
from ..node_types import (
    PARAMETER_BOOLEAN,
    PARAMETER_FLOAT,
    PARAMETER_IMAGE,
    PARAMETER_INT,
    PARAMETER_STRING,
)
from .fields import storable

STRING, INT, FLOAT, BOOLEAN, IMAGE = "string", "int", "float", "boolean", "image"
NODES = {
    PARAMETER_STRING.id: STRING,
    PARAMETER_INT.id: INT,
    PARAMETER_FLOAT.id: FLOAT,
    PARAMETER_BOOLEAN.id: BOOLEAN,
    PARAMETER_IMAGE.id: IMAGE,
}
NOTHING: Mapping[str, Any] = {STRING: "", INT: 0, FLOAT: 0.0, BOOLEAN: False, IMAGE: ""}
VALUE = "value"  # the nodes' input that is filled
LONGEST_TEXT = 20_000  # characters; a prompt has hundreds
LONGEST_NAME = 100
LEAST_INT, MOST_INT = -(2**63), 2**64 - 1  # ComfyUI's seeds go up to here
# What a node means whose bounds are left out of an API prompt.
INT_BOUNDS, FLOAT_BOUNDS = (0, MOST_INT), (0.0, 1e6)
Number = int | float


class ParameterError(ValueError):
    """A parameter that isn't there, or a value that doesn't fit it; the message names it."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"Parameter {name}: {message}")
        self.name = name


@dataclass(frozen=True)
class Parameter:
    """A named input of a workflow.

    Attributes:
        name: what a request calls it.
        kind: `string`, `int`, `float`, `boolean` or `image`.
        node_ids: the nodes that hold it.
        default: the value that the workflow was saved with.
        low, high: bounds of a number, both allowed; None for other kinds.
        choices: the only values of a string; empty where all are allowed.
        required: whether a request must give it, because the default is no more than an example.
    """

    name: str
    kind: str
    node_ids: tuple[str, ...]
    default: Any
    low: Number | None = None
    high: Number | None = None
    choices: tuple[str, ...] = ()
    required: bool = False

    @property
    def expected(self) -> str:
        """What a value must be, in words."""
        if self.kind in (INT, FLOAT):
            number = "a whole number" if self.kind == INT else "a number"
            return f"{number} from {self.low} to {self.high}"
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        return {
            STRING: f"a text of at most {LONGEST_TEXT} characters",
            BOOLEAN: "true or false",
            IMAGE: 'the name of a file, such as "still.png [output]"',
        }[self.kind]

    def checked(self, value: Any) -> Any:
        """The value as the node takes it.

        Raises:
            ParameterError: it is of another type, or out of bounds.
        """
        if self.kind in (INT, FLOAT):
            fits = _is_number(value) and (self.kind == FLOAT or value == int(value))
            if not fits or not _low(self) <= value <= _high(self):
                raise self._refused(value)
            return int(value) if self.kind == INT else float(value)
        if not isinstance(value, bool if self.kind == BOOLEAN else str):
            raise self._refused(value)
        if isinstance(value, str):
            long = len(value) > LONGEST_TEXT
            unfit = not storable(value) or (bool(self.choices) and value not in self.choices)
            if long or unfit:
                raise self._refused(f"{len(value)} characters" if long else value)
        return value

    def clamped(self, value: Number) -> Number:
        """The nearest number within the bounds, whole where it must be."""
        inside = min(max(value, _low(self)), _high(self))
        return round(inside) if self.kind == INT else float(inside)

    def to_dict(self) -> dict[str, Any]:
        """This parameter as JSON values."""
        return {
            "name": self.name,
            "kind": self.kind,
            "default": self.default,
            "low": self.low,
            "high": self.high,
            "choices": list(self.choices),
            "required": self.required,
        }

    def _refused(self, came: Any) -> ParameterError:
        shown = repr(came)
        shown = shown if len(shown) <= LONGEST_NAME else f"{shown[:LONGEST_NAME]}…"
        return ParameterError(self.name, f"expected {self.expected}, got {shown}.")


def read_parameters(graph: Mapping[str, Any]) -> tuple[Parameter, ...]:
    """The parameters of a graph, in the order in which their nodes stand in it.

    Args:
        graph: nodes in API form.

    Raises:
        ParameterError: one has no name, is filled by a link, doesn't keep its own bounds, or
            stands twice with another type, default or bounds.
    """
    found: dict[str, Parameter] = {}
    for node_id, node in graph.items():
        if node["class_type"] not in NODES:
            continue
        each = _read(node_id, NODES[node["class_type"]], node.get("inputs", {}))
        first = found.setdefault(each.name, each)
        if first is each:
            continue
        if replace(each, node_ids=first.node_ids) != first:
            raise ParameterError(
                each.name,
                f"nodes {first.node_ids[0]} and {node_id} hold it with another type, value or"
                " bounds; make them equal, or give one of them another name.",
            )
        found[each.name] = replace(first, node_ids=(*first.node_ids, node_id))
    return tuple(found.values())


def fill_graph(
    graph: Mapping[str, Any], parameters: Sequence[Parameter], values: Mapping[str, Any]
) -> dict[str, Any]:
    """A copy of a graph with values in its parameters; those that aren't given keep theirs.

    Raises:
        ParameterError: a value is of no parameter, doesn't fit, or a required one is not given.
    """
    named = {each.name: each for each in parameters}
    for name in values:
        if name not in named:
            known = ", ".join(named) or "none"
            raise ParameterError(
                str(name)[:LONGEST_NAME], f"the workflow has none of that name; it has {known}."
            )
    filled = copy.deepcopy(dict(graph))
    for each in parameters:
        if each.required and each.name not in values:
            raise ParameterError(each.name, f"it must be given: expected {each.expected}.")
        if each.name in values:
            value = each.checked(values[each.name])
            for node_id in each.node_ids:
                filled[node_id]["inputs"][VALUE] = value
    return filled


def _read(node_id: str, kind: str, inputs: Mapping[str, Any]) -> Parameter:
    name = inputs.get("name", "")
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME:
        raise ParameterError(
            f"of node {node_id}",
            f"write its name, at most {LONGEST_NAME} characters; a production fills it in by that.",
        )
    for given in (VALUE, "low", "high", "choices"):
        if is_link(inputs.get(given)):
            message = f"{given} of node {node_id} comes over a link; write it into the node."
            raise ParameterError(name, message)
    low, high = None, None
    choices = read_choices(inputs.get("choices", "")) if kind == STRING else ()
    if kind in (INT, FLOAT):
        usual = INT_BOUNDS if kind == INT else FLOAT_BOUNDS
        low, high = (inputs.get(end, at) for end, at in zip(("low", "high"), usual, strict=True))
        if not _is_number(low) or not _is_number(high) or low > high:
            raise ParameterError(name, f"low ({low!r}) and high ({high!r}) are no bounds.")
    default = inputs.get(VALUE, NOTHING[kind])
    parameter = Parameter(name.strip(), kind, (node_id,), default, low, high, choices)
    return replace(parameter, default=parameter.checked(default))


def read_choices(text: Any) -> tuple[str, ...]:
    """The lines of a text that hold something."""
    return tuple(filter(None, (line.strip() for line in str(text).splitlines())))


def _is_number(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _low(parameter: Parameter) -> Number:
    return LEAST_INT if parameter.low is None else parameter.low


def _high(parameter: Parameter) -> Number:
    return MOST_INT if parameter.high is None else parameter.high
