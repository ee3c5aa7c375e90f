"""Named inputs of a workflow, which a production fills in: plain widgets in the editor."""

from typing import Any

from comfy_api.latest import io

from ..models.production.parameters import (
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

CATEGORY = "Anime Production/Production"
NAMELESS = "without a name"
WIDEST = 1e12  # of a float's bounds, for the editor's sake
ALIASES = ["parameter", "variable", "production", "input", "constant"]
NAME_INPUT = io.String.Input(
    "name",
    default="",
    optional=True,
    tooltip="What a production fills in here. Those of one name are filled together. It fills "
    "prompt, negative_prompt, seed, width, height, frames, fps, character, profile, project and "
    "image by itself.",
)
VALUE_OUTPUT = io.AnyType.Output(
    "value", tooltip="The value, for any input, lists of models or samplers among them."
)


def _bounds(kind: Any, usual: tuple[Number, Number], least: Number, most: Number) -> list[Any]:
    low, high = usual
    return [
        kind.Input(
            "low",
            default=low,
            min=least,
            max=most,
            optional=True,
            tooltip="The least that is allowed.",
        ),
        kind.Input(
            "high",
            default=high,
            min=least,
            max=most,
            optional=True,
            tooltip="The most that is allowed.",
        ),
    ]


def _problem(parameter: Parameter, value: Any) -> bool | str:
    """What ComfyUI is told before the prompt runs; a linked value is known later."""
    if value is None:
        return True
    try:
        parameter.checked(value)
    except ValueError as error:
        return str(error)
    return True


def _number(kind: str, name: str | None, low: Number | None, high: Number | None) -> Parameter:
    least, most = INT_BOUNDS if kind == INT else FLOAT_BOUNDS
    at_least, at_most = least if low is None else low, most if high is None else high
    return Parameter(name or NAMELESS, kind, (), 0, at_least, at_most)


class AnimeParameterString(io.ComfyNode):
    """A text, a file's name, or a choice."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeParameterString",
            display_name="Parameter: Text (Anime)",
            category=CATEGORY,
            description="A named text of a workflow that becomes a phase of a production: a "
            "prompt, a model's file, a sampler, a character. In the editor it is a plain text.",
            search_aliases=ALIASES,
            inputs=[
                NAME_INPUT,
                io.String.Input(
                    "value",
                    default="",
                    multiline=True,
                    optional=True,
                    tooltip="What it is in the editor, and where a production says nothing.",
                ),
                io.String.Input(
                    "choices",
                    default="",
                    multiline=True,
                    optional=True,
                    tooltip="The only values that are allowed, one a line. Empty: any.",
                ),
            ],
            outputs=[VALUE_OUTPUT],
        )

    @classmethod
    def validate_inputs(
        cls, name: str | None = None, value: str | None = None, choices: str | None = None
    ) -> bool | str:
        allowed = read_choices(choices or "")
        return _problem(Parameter(name or NAMELESS, STRING, (), "", choices=allowed), value)

    @classmethod
    def execute(cls, name: str = "", value: str = "", choices: str = "") -> io.NodeOutput:
        allowed = read_choices(choices)
        parameter = Parameter(name or NAMELESS, STRING, (), "", choices=allowed)
        return io.NodeOutput(parameter.checked(value))


class AnimeParameterInt(io.ComfyNode):
    """A whole number within bounds."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeParameterInt",
            display_name="Parameter: Whole Number (Anime)",
            category=CATEGORY,
            description="A named whole number of a workflow that becomes a phase of a production: "
            "a seed, a size, steps. In the editor it is a plain number.",
            search_aliases=ALIASES,
            inputs=[
                NAME_INPUT,
                io.Int.Input(
                    "value",
                    default=0,
                    min=LEAST_INT,
                    max=MOST_INT,
                    optional=True,
                    tooltip="What it is in the editor, and where a production says nothing.",
                ),
                *_bounds(io.Int, INT_BOUNDS, LEAST_INT, MOST_INT),
            ],
            outputs=[VALUE_OUTPUT],
        )

    @classmethod
    def validate_inputs(
        cls,
        name: str | None = None,
        value: int | None = None,
        low: int | None = None,
        high: int | None = None,
    ) -> bool | str:
        return _problem(_number(INT, name, low, high), value)

    @classmethod
    def execute(
        cls, name: str = "", value: int = 0, low: int = INT_BOUNDS[0], high: int = INT_BOUNDS[1]
    ) -> io.NodeOutput:
        return io.NodeOutput(_number(INT, name, low, high).checked(value))


class AnimeParameterFloat(io.ComfyNode):
    """A number within bounds."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeParameterFloat",
            display_name="Parameter: Number (Anime)",
            category=CATEGORY,
            description="A named number of a workflow that becomes a phase of a production: CFG, "
            "a strength, frames per second. In the editor it is a plain number.",
            search_aliases=ALIASES,
            inputs=[
                NAME_INPUT,
                io.Float.Input(
                    "value",
                    default=0.0,
                    min=-WIDEST,
                    max=WIDEST,
                    step=0.01,
                    optional=True,
                    tooltip="What it is in the editor, and where a production says nothing.",
                ),
                *_bounds(io.Float, FLOAT_BOUNDS, -WIDEST, WIDEST),
            ],
            outputs=[VALUE_OUTPUT],
        )

    @classmethod
    def validate_inputs(
        cls,
        name: str | None = None,
        value: float | None = None,
        low: float | None = None,
        high: float | None = None,
    ) -> bool | str:
        return _problem(_number(FLOAT, name, low, high), value)

    @classmethod
    def execute(
        cls,
        name: str = "",
        value: float = 0.0,
        low: float = FLOAT_BOUNDS[0],
        high: float = FLOAT_BOUNDS[1],
    ) -> io.NodeOutput:
        return io.NodeOutput(_number(FLOAT, name, low, high).checked(value))


class AnimeParameterBoolean(io.ComfyNode):
    """Yes or no."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeParameterBoolean",
            display_name="Parameter: Yes or No (Anime)",
            category=CATEGORY,
            description="A named switch of a workflow that becomes a phase of a production. In the "
            "editor it is a plain switch.",
            search_aliases=ALIASES,
            inputs=[
                NAME_INPUT,
                io.Boolean.Input(
                    "value",
                    default=False,
                    optional=True,
                    tooltip="What it is in the editor, and where a production says nothing.",
                ),
            ],
            outputs=[VALUE_OUTPUT],
        )

    @classmethod
    def execute(cls, name: str = "", value: bool = False) -> io.NodeOutput:
        return io.NodeOutput(Parameter(name or NAMELESS, BOOLEAN, (), False).checked(value))
