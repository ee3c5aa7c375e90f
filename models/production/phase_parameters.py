"""Parameters: the named inputs of a workflow that a production fills in.

In a graph a parameter is a node `AnimeParameter…` with a name, a value and bounds. Several nodes
with the same name are one parameter.
"""

import copy
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..gating.links import is_link
from ..node_types import (
    PARAMETER_BOOLEAN,
    PARAMETER_FLOAT,
    PARAMETER_IMAGE,
    PARAMETER_INT,
    PARAMETER_STRING,
)
from .fields import is_storable

STRING, INT, FLOAT, BOOLEAN, IMAGE = "string", "int", "float", "boolean", "image"
NODES = {
    PARAMETER_STRING.id: STRING,
    PARAMETER_INT.id: INT,
    PARAMETER_FLOAT.id: FLOAT,
    PARAMETER_BOOLEAN.id: BOOLEAN,
    PARAMETER_IMAGE.id: IMAGE,
}
# Default of a node whose value is absent in the graph, by kind.
NO_VALUE: Mapping[str, Any] = {STRING: "", INT: 0, FLOAT: 0.0, BOOLEAN: False, IMAGE: ""}
VALUE = "value"  # input of the nodes that a production fills in
LONGEST_TEXT = 20_000  # characters; a prompt has hundreds
LONGEST_NAME = 100  # characters
LEAST_INT, MOST_INT = -(2**63), 2**64 - 1  # ComfyUI's highest seed is 2**64 - 1
# Bounds of a node whose bounds are absent in the graph: the defaults of the node's own inputs.
INT_BOUNDS, FLOAT_BOUNDS = (0, MOST_INT), (0.0, 1e6)
Number = int | float


class ParameterError(ValueError):
    """Error for an unknown parameter, or for a value that doesn't fit; the message names it.

    Attributes:
        name: name of the parameter.
    """

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"Parameter {name}: {message}")
        self.name = name


@dataclass(frozen=True)
class Parameter:
    """A named input of a workflow.

    Attributes:
        name: name of the parameter in requests.
        kind: `string`, `int`, `float`, `boolean` or `image`.
        node_ids: ids of the nodes with this parameter's name.
        default: value that the workflow was saved with.
        low, high: lowest and highest allowed number; None for other kinds.
        choices: allowed values of a string; empty if every text is allowed.
        required: True if a request must set it, because the default is only an example.
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
        """Values that the parameter accepts, in words."""
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
        """Return a value in the type that the node takes.

        Raises:
            ParameterError: the value has another type or is out of bounds.
        """
        if self.kind in (INT, FLOAT):
            fits = _is_number(value) and (self.kind == FLOAT or value == int(value))
            if not fits or not _low(self) <= value <= _high(self):
                raise self._refused(value)
            return int(value) if self.kind == INT else float(value)
        if not isinstance(value, bool if self.kind == BOOLEAN else str):
            raise self._refused(value)
        if isinstance(value, str):
            if len(value) > LONGEST_TEXT:
                raise self._refused(f"{len(value)} characters")
            if not is_storable(value) or (self.choices and value not in self.choices):
                raise self._refused(value)
        return value

    def clamped(self, value: Number) -> Number:
        """Return the nearest number within the bounds, rounded if the parameter is an `int`."""
        number = min(max(value, _low(self)), _high(self))
        return round(number) if self.kind == INT else float(number)

    def to_dict(self) -> dict[str, Any]:
        """Return this parameter as JSON values."""
        return {
            "name": self.name,
            "kind": self.kind,
            "default": self.default,
            "low": self.low,
            "high": self.high,
            "choices": list(self.choices),
            "required": self.required,
        }

    def _refused(self, received: Any) -> ParameterError:
        received_text = repr(received)
        if len(received_text) > LONGEST_NAME:
            received_text = f"{received_text[:LONGEST_NAME]}…"
        return ParameterError(self.name, f"expected {self.expected}, got {received_text}.")


def read_parameters(graph: Mapping[str, Any]) -> tuple[Parameter, ...]:
    """Return the parameters of a graph, in the order of their nodes.

    Args:
        graph: nodes in API form, by their ids.

    Raises:
        ParameterError: a node has no name, gets its value over a link or has a value out of its
            own bounds, or two nodes of one name differ in type, value or bounds.
    """
    parameters: dict[str, Parameter] = {}
    for node_id, node in graph.items():
        if node["class_type"] not in NODES:
            continue
        parameter = _read_node(node_id, NODES[node["class_type"]], node.get("inputs", {}))
        first = parameters.setdefault(parameter.name, parameter)
        if first is parameter:
            continue
        if replace(parameter, node_ids=first.node_ids) != first:
            raise ParameterError(
                parameter.name,
                f"nodes {first.node_ids[0]} and {node_id} have this name with another type, value"
                " or bounds; make them equal, or give one of them another name.",
            )
        parameters[parameter.name] = replace(first, node_ids=(*first.node_ids, node_id))
    return tuple(parameters.values())


def fill_graph(
    graph: Mapping[str, Any], parameters: Sequence[Parameter], values: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a copy of a graph with values in its parameters.

    Args:
        graph: nodes in API form, by their ids.
        parameters: parameters that `read_parameters` returned for the graph.
        values: values by parameter; the others keep their defaults.

    Raises:
        ParameterError: no parameter has that name, a value doesn't fit, or a required value is
            missing.
    """
    parameter_names = [each.name for each in parameters]
    for name in values:
        if name not in parameter_names:
            listed = ", ".join(parameter_names) or "none"
            raise ParameterError(
                str(name)[:LONGEST_NAME],
                f"the workflow has none of that name; its parameters are: {listed}.",
            )
    filled = copy.deepcopy(dict(graph))
    for parameter in parameters:
        if parameter.required and parameter.name not in values:
            raise ParameterError(
                parameter.name, f"it must be given: expected {parameter.expected}."
            )
        if parameter.name in values:
            value = parameter.checked(values[parameter.name])
            for node_id in parameter.node_ids:
                filled[node_id]["inputs"][VALUE] = value
    return filled


def _read_node(node_id: str, kind: str, inputs: Mapping[str, Any]) -> Parameter:
    name = inputs.get("name", "")
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME:
        raise ParameterError(
            f"of node {node_id}",
            f"write its name, at most {LONGEST_NAME} characters; a production sets it by its name.",
        )
    for input_name in (VALUE, "low", "high", "choices"):
        if is_link(inputs.get(input_name)):
            message = f"{input_name} of node {node_id} comes over a link; write it into the node."
            raise ParameterError(name, message)
    low, high = None, None
    choices = read_choices(inputs.get("choices", "")) if kind == STRING else ()
    if kind in (INT, FLOAT):
        default_low, default_high = INT_BOUNDS if kind == INT else FLOAT_BOUNDS
        low, high = inputs.get("low", default_low), inputs.get("high", default_high)
        if not _is_number(low) or not _is_number(high) or low > high:
            raise ParameterError(
                name,
                f"low ({low!r}) and high ({high!r}) are no bounds; write two numbers, low not above"
                " high.",
            )
    default = inputs.get(VALUE, NO_VALUE[kind])
    parameter = Parameter(name.strip(), kind, (node_id,), default, low, high, choices)
    return replace(parameter, default=parameter.checked(default))


def read_choices(text: Any) -> tuple[str, ...]:
    """Return the lines of a text that aren't empty, without spaces around them."""
    return tuple(filter(None, (line.strip() for line in str(text).splitlines())))


def _is_number(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _low(parameter: Parameter) -> Number:
    return LEAST_INT if parameter.low is None else parameter.low


def _high(parameter: Parameter) -> Number:
    return MOST_INT if parameter.high is None else parameter.high
