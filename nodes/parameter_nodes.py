"""Nodes with a named value that a production fills in; in the editor they are plain widgets."""

from typing import Any, ClassVar

from comfy_api.latest import io

from ..models.production.phase_parameters import (
    BOOLEAN,
    FLOAT,
    FLOAT_BOUNDS,
    INT,
    INT_BOUNDS,
    LEAST_INT,
    MOST_INT,
    STRING,
    Number,
    Parameter,
    read_choices,
)
from .inputs import refusal

CATEGORY = "Anime Production/Production"
NAMELESS = "without a name"
WIDEST = 1e12  # largest value of a float, and of its bounds, that the editor accepts
ALIASES = ["parameter", "variable", "production", "input", "constant"]
NAME_INPUT = io.String.Input(
    "name",
    default="",
    optional=True,
    tooltip="Name of the value that a production fills in. Parameters of one name are filled "
    "together. A request fills these names automatically: prompt, negative_prompt, seed, width, "
    "height, frames, fps, character, profile and project.",
)
VALUE_TOOLTIP = "Value in the editor, and in a production that gives none."
VALUE_OUTPUT = io.AnyType.Output("value", tooltip="The value, for any input.")
TEXT_OUTPUT = io.AnyType.Output(
    "value", tooltip="The value, for any input, including lists of models or samplers."
)


def _schema(
    *inputs: Any, node_id: str, title: str, description: str, output: Any = VALUE_OUTPUT
) -> io.Schema:
    return io.Schema(
        node_id=node_id,
        display_name=f"Parameter: {title} (Anime)",
        category=CATEGORY,
        description=f"Named {description}",
        search_aliases=ALIASES,
        inputs=[NAME_INPUT, *inputs],
        outputs=[output],
    )


class AnimeParameterString(io.ComfyNode):
    """Node that outputs a named text, such as a prompt, a file's name or a choice."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        multiline: dict[str, Any] = {"default": "", "multiline": True, "optional": True}
        choices = "Values that are allowed, one on each line. Empty: any value."
        return _schema(
            io.String.Input("value", tooltip=VALUE_TOOLTIP, **multiline),
            io.String.Input("choices", tooltip=choices, **multiline),
            node_id="AnimeParameterString",
            title="Text",
            description="text of a workflow that becomes a phase of a production: a prompt, a "
            "model's file, a sampler, a character. In the editor it works as a plain text.",
            output=TEXT_OUTPUT,
        )

    @classmethod
    def validate_inputs(
        cls, name: str | None = None, value: str | None = None, choices: str | None = None
    ) -> bool | str:
        return refusal(_text(name, choices).checked, value)

    @classmethod
    def execute(cls, name: str = "", value: str = "", choices: str = "") -> io.NodeOutput:
        return io.NodeOutput(_text(name, choices).checked(value))


class _Numeric(io.ComfyNode):
    """Base of the nodes that output a named number within bounds.

    Attributes:
        KIND: kind of the parameter.
        BOUNDS: default values of the inputs `low` and `high`.
    """

    KIND: ClassVar[str]
    BOUNDS: ClassVar[tuple[Number, Number]]

    @classmethod
    def inputs(cls, kind: Any, least: Number, most: Number, **of_value: Any) -> list[Any]:
        """Return the inputs for the value and its bounds.

        Args:
            kind: ComfyUI's type of the inputs.
            least: smallest value that the editor lets a user enter.
            most: largest value that the editor lets a user enter.
            of_value: further settings of the input `value`.
        """
        settings = {"min": least, "max": most, "optional": True}
        low, high = cls.BOUNDS
        return [
            kind.Input(
                "value", default=kind.Type(0), tooltip=VALUE_TOOLTIP, **settings, **of_value
            ),
            kind.Input("low", default=low, tooltip="Smallest value that is allowed.", **settings),
            kind.Input("high", default=high, tooltip="Largest value that is allowed.", **settings),
        ]

    @classmethod
    def validate_inputs(
        cls,
        name: str | None = None,
        value: Number | None = None,
        low: Number | None = None,
        high: Number | None = None,
    ) -> bool | str:
        return refusal(cls.parameter(name, low, high).checked, value)

    @classmethod
    def parameter(cls, name: str | None, low: Number | None, high: Number | None) -> Parameter:
        """Return the parameter of a node with these inputs; None is a value over a link."""
        least, most = cls.BOUNDS
        bounds = least if low is None else low, most if high is None else high
        return Parameter(name or NAMELESS, cls.KIND, (), 0, *bounds)


class AnimeParameterInt(_Numeric):
    """Node that outputs a named whole number within bounds."""

    KIND, BOUNDS = INT, INT_BOUNDS

    @classmethod
    def define_schema(cls) -> io.Schema:
        return _schema(
            *cls.inputs(io.Int, LEAST_INT, MOST_INT),
            node_id="AnimeParameterInt",
            title="Whole Number",
            description="whole number of a workflow that becomes a phase of a production: a seed, "
            "a size, steps. In the editor it works as a plain number.",
        )

    @classmethod
    def execute(
        cls, name: str = "", value: int = 0, low: int = INT_BOUNDS[0], high: int = INT_BOUNDS[1]
    ) -> io.NodeOutput:
        return io.NodeOutput(cls.parameter(name, low, high).checked(value))


class AnimeParameterFloat(_Numeric):
    """Node that outputs a named number within bounds."""

    KIND, BOUNDS = FLOAT, FLOAT_BOUNDS

    @classmethod
    def define_schema(cls) -> io.Schema:
        return _schema(
            *cls.inputs(io.Float, -WIDEST, WIDEST, step=0.01),
            node_id="AnimeParameterFloat",
            title="Number",
            description="number of a workflow that becomes a phase of a production: CFG, a "
            "strength, frames per second. In the editor it works as a plain number.",
        )

    @classmethod
    def execute(
        cls,
        name: str = "",
        value: float = 0.0,
        low: float = FLOAT_BOUNDS[0],
        high: float = FLOAT_BOUNDS[1],
    ) -> io.NodeOutput:
        return io.NodeOutput(cls.parameter(name, low, high).checked(value))


class AnimeParameterBoolean(io.ComfyNode):
    """Node that outputs a named yes or no."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return _schema(
            io.Boolean.Input("value", default=False, optional=True, tooltip=VALUE_TOOLTIP),
            node_id="AnimeParameterBoolean",
            title="Yes or No",
            description="switch of a workflow that becomes a phase of a production. In the editor "
            "it works as a plain switch.",
        )

    @classmethod
    def execute(cls, name: str = "", value: bool = False) -> io.NodeOutput:
        return io.NodeOutput(Parameter(name or NAMELESS, BOOLEAN, (), False).checked(value))


def _text(name: str | None, choices: str | None) -> Parameter:
    return Parameter(name or NAMELESS, STRING, (), "", choices=read_choices(choices or ""))
