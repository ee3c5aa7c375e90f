"""Nodes that make reports of what nodes of other packs give: a number, or a text."""

from collections.abc import Sequence
from typing import Any

from comfy_api.latest import io

from ..models.frames import InputError
from ..models.measurement import Better
from ..models.other_packs.answer_report import AnswerSettings, Expected, Kind, report_answer
from ..models.other_packs.criterion import LARGEST, Criterion, Role
from ..models.other_packs.value_report import report_value
from .answers import SCORED_OUTPUTS, scored_output
from .inputs import refusal, text_input

CATEGORY = "Anime Production/Acting"
BETTER_TOOLTIP = (
    "higher: passes from the limit up. lower: passes up to the limit. band: passes from limit to "
    "limit_to."
)
ROLE_TOOLTIP = (
    "required: the limit decides about pass or fail. optional: the limit only lowers the score of "
    "a merged report. shown: no limit. If nothing is required, the report is NOT MEASURED, and a "
    "gate lets nothing through."
)


class AnimeReportFromValue(io.ComfyNode):
    """Node that makes a report of a number that a node of another pack measured."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeReportFromValue",
            display_name="Report from Value (Anime)",
            category=CATEGORY,
            description="Makes a report of a number of any other node, so that gates, retries, "
            "Best Of, jobs and trends take it. A list of numbers, or a text with several, has one "
            "for each image. What is no number is NOT MEASURED.",
            search_aliases=[
                *("pickscore", "aesthetic score", "number to report", "threshold", "custom score"),
                *("image reward", "clip score", "count", "external score", "metric", "hpsv2"),
            ],
            is_output_node=True,
            is_input_list=True,
            inputs=[
                io.MultiType.Input(
                    "value",
                    [io.Float, io.Int, io.String, io.Boolean],
                    tooltip="Number, list of numbers, or text with numbers such as 0.31, 0.44. "
                    "true is 1, false is 0.",
                ),
                _name_input("value"),
                text_input("unit", "Unit of the number, as people read it; empty for none."),
                _combo("better", Better, Better.HIGHER, BETTER_TOOLTIP),
                _number("limit", 0.5, "Limit between pass and fail; the lower end of a band."),
                _number("limit_to", 0.0, "Upper end of a band. Without effect otherwise."),
                _combo("role", Role, Role.REQUIRED, ROLE_TOOLTIP),
                _number(
                    "scale_low",
                    0.0,
                    "Lower end of the scale, for the score: 99.5 points at its good end, 50 at the "
                    "limit, 0.5 at its bad end. Both ends 0: from 0 to twice the limit.",
                ),
                _number("scale_high", 0.0, "Upper end of the scale."),
                text_input("source", "Model or node that measured, for the report."),
            ],
            outputs=[*SCORED_OUTPUTS],
        )

    @classmethod
    def validate_inputs(
        cls,
        name: Any = "value",
        better: Any = Better.HIGHER.value,
        limit: Any = 0.5,
        limit_to: Any = 0.0,
        role: Any = Role.REQUIRED.value,
        scale_low: Any = 0.0,
        scale_high: Any = 0.0,
    ) -> bool | str:
        """Refuse settings that contradict each other, before anything is rendered."""
        settings = (name, "", better, limit, limit_to, scale_low, scale_high, role)
        return refusal(_criterion, *map(_first, settings))

    @classmethod
    def execute(
        cls,
        value: Sequence[Any],
        name: Any = "value",
        unit: Any = "",
        better: Any = Better.HIGHER.value,
        limit: Any = 0.5,
        limit_to: Any = 0.0,
        role: Any = Role.REQUIRED.value,
        scale_low: Any = 0.0,
        scale_high: Any = 0.0,
        source: Any = "",
    ) -> io.NodeOutput:
        settings = (name, unit, better, limit, limit_to, scale_low, scale_high, role)
        criterion = _criterion(*map(_first, settings))
        return scored_output(report_value(value, criterion, str(_first(source))))


class AnimeReportFromAnswer(io.ComfyNode):
    """Node that makes a report of a text: a language model's answer, or a tagger's tags."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeReportFromAnswer",
            display_name="Report from Answer (Anime)",
            category=CATEGORY,
            description="Makes a report of the answer of a language model (yes or no, a number) or "
            "of the tags of a tagger. An answer that can't be read is NOT MEASURED. It decides "
            "nothing unless role is required.",
            search_aliases=[
                *("vlm", "llm", "ask", "question", "yes no", "tags", "wd14", "tagger", "judge"),
                *("qwen", "gemma", "florence", "rating", "language model", "visual question"),
            ],
            is_output_node=True,
            is_input_list=True,
            inputs=[
                io.String.Input(
                    "answer",
                    force_input=True,
                    tooltip="Text of a language model or a tagger. A list of texts has one for "
                    "each image.",
                ),
                _combo(
                    "kind",
                    Kind,
                    Kind.YES_NO,
                    "yes or no: the answer is compared with expected. number: it is compared with "
                    "the limit. tags: those of must have to be there, those of must_not must not.",
                ),
                _combo("expected", Expected, Expected.YES, "For yes or no: answer that passes."),
                _tags_input("must", "For tags: those that must be there, with commas between."),
                _tags_input("must_not", "For tags: those that must not be there."),
                _combo("better", Better, Better.HIGHER, f"For a number. {BETTER_TOOLTIP}"),
                _number("limit", 7.0, "For a number: limit between pass and fail."),
                _number("limit_to", 10.0, "For a number: upper end of a band."),
                _number("scale_low", 0.0, "For a number: lowest one that the model was asked for."),
                _number(
                    "scale_high",
                    10.0,
                    "For a number: highest one that the model was asked for. A number outside the "
                    "scale is NOT MEASURED.",
                ),
                _name_input("answer"),
                _combo("role", Role, Role.OPTIONAL, ROLE_TOOLTIP),
                text_input("question", "Question that was asked, for the reason."),
                text_input("source", "Model that answered, for the report."),
            ],
            outputs=[*SCORED_OUTPUTS],
        )

    @classmethod
    def validate_inputs(
        cls,
        kind: Any = Kind.YES_NO.value,
        expected: Any = Expected.YES.value,
        must: Any = "",
        must_not: Any = "",
        better: Any = Better.HIGHER.value,
        limit: Any = 7.0,
        limit_to: Any = 10.0,
        scale_low: Any = 0.0,
        scale_high: Any = 10.0,
        name: Any = "answer",
        role: Any = Role.OPTIONAL.value,
    ) -> bool | str:
        """Refuse settings that contradict each other, before anything is rendered."""
        of_number = (better, limit, limit_to, scale_low, scale_high)
        settings = (kind, expected, must, must_not, *of_number, name, role)
        return refusal(_answer_settings, *map(_first, settings))

    @classmethod
    def execute(
        cls,
        answer: Sequence[Any],
        kind: Any = Kind.YES_NO.value,
        expected: Any = Expected.YES.value,
        must: Any = "",
        must_not: Any = "",
        better: Any = Better.HIGHER.value,
        limit: Any = 7.0,
        limit_to: Any = 10.0,
        scale_low: Any = 0.0,
        scale_high: Any = 10.0,
        name: Any = "answer",
        role: Any = Role.OPTIONAL.value,
        question: Any = "",
        source: Any = "",
    ) -> io.NodeOutput:
        of_number = (better, limit, limit_to, scale_low, scale_high)
        settings = (kind, expected, must, must_not, *of_number, name, role, question, source)
        return scored_output(report_answer(answer, _answer_settings(*map(_first, settings))))


def _name_input(default: str) -> io.String.Input:
    return io.String.Input(
        "name",
        default=default,
        optional=True,
        tooltip="Name of the measurement in the report, the gate's thresholds, jobs and trends, "
        "such as PickScore. It has none of = . : in it.",
    )


def _tags_input(name: str, tooltip: str) -> io.String.Input:
    return io.String.Input(name, default="", multiline=True, optional=True, tooltip=tooltip)


def _combo(name: str, options: Any, default: Any, tooltip: str) -> io.Combo.Input:
    return io.Combo.Input(name, options=options, default=default, optional=True, tooltip=tooltip)


def _number(name: str, default: float, tooltip: str) -> io.Float.Input:
    return io.Float.Input(
        name,
        default=default,
        min=-LARGEST,
        max=LARGEST,
        step=0.001,
        round=False,
        optional=True,
        tooltip=tooltip,
    )


def _criterion(
    name: Any,
    unit: Any,
    better: Any,
    limit: Any,
    limit_to: Any,
    scale_low: Any,
    scale_high: Any,
    role: Any,
) -> Criterion:
    return Criterion(
        str(name),
        str(unit),
        _choice("better", Better, better),
        float(limit),
        float(limit_to),
        float(scale_low),
        float(scale_high),
        _choice("role", Role, role),
    )


def _answer_settings(
    kind: Any,
    expected: Any,
    must: Any,
    must_not: Any,
    better: Any,
    limit: Any,
    limit_to: Any,
    scale_low: Any,
    scale_high: Any,
    name: Any,
    role: Any,
    question: Any = "",
    source: Any = "",
) -> AnswerSettings:
    chosen_kind = _choice("kind", Kind, kind)
    if chosen_kind is Kind.NUMBER:
        numbers = (better, limit, limit_to, scale_low, scale_high)
        criterion = _criterion(name, "", *numbers, role)
    else:  # the settings of a number have no effect, so they can't contradict each other
        criterion = Criterion(str(name), role=_choice("role", Role, role))
    return AnswerSettings(
        criterion,
        chosen_kind,
        _choice("expected", Expected, expected),
        str(must),
        str(must_not),
        str(question),
        str(source),
    )


def _choice(name: str, options: Any, value: Any) -> Any:
    """Return an option of a combo by its value.

    Raises:
        InputError: there is no such option. ComfyUI leaves this check to a node that has
            `validate_inputs`.
    """
    try:
        return options(value)
    except ValueError:
        names = ", ".join(each.value for each in options)
        raise InputError(name, f"one of {names}", repr(value), "Choose one of them.") from None


def _first(value: Any) -> Any:
    """Return a setting of a node that takes lists: the first value of its list."""
    return (value[0] if value else None) if isinstance(value, list | tuple) else value
