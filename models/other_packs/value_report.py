"""Reports of numbers that other nodes measured: PickScore, an aesthetic rating, a count."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..measure import Measure, Value, short_of
from ..measurement import Better
from ..report import FROM_VALUE, Report
from .criterion import Criterion
from .number_list import MISSING, read_numbers
from .per_frame import SentenceOfFrames, report_of
from .plain_text import quoted

# A measurement has the name, unit, direction, limit and scale that the maker gives.
NUMBER = Measure(
    "value",
    unit="share",
    better=Better.HIGHER,
    reasons=(
        *("value_least", "value_most", "value_band", "value_shown"),
        *("values_least", "values_most", "values_band", "values_shown"),
    ),
    absences=(
        *("value_missing", "value_unreadable", "value_ambiguous", "value_not_finite"),
        "frames_unread",
    ),
)
ANOTHER_NODE = "another node"


def report_value(received: Sequence[Any], criterion: Criterion, source: str = "") -> Report:
    """Return the report of a number that another node gave, or of one for each frame.

    One number is about the whole: the report says nothing of frames. A list, or a text with several
    numbers, has one for each frame, and the worst frame decides.

    Args:
        received: values as an input of ComfyUI that takes lists receives them.
        criterion: settings by which the number is judged.
        source: name of the model or node that measured; "" if it is unknown.

    Examples:
        >>> report = report_value(["0.31, 0.18"], Criterion("PickScore", limit=0.25))
        >>> report.verdict.value, report.frames, report.worst.frame
        ('FAIL', 2, 1)
        >>> report.measurements[0].reason
        'The worst of 2 values is that of frame 1: 0.18. At least 0.25 is needed.'
        >>> report_value(["nan"], Criterion("PickScore")).verdict.value
        'NOT_MEASURED'
    """
    numbers = read_numbers(received)
    readings = numbers.values
    finite = [each for each in readings if isinstance(each, float)]
    backend = f"value of {quoted(source) or ANOTHER_NODE}"
    measure = criterion.measure(NUMBER, finite, backend)
    results = [whole_value(measure, each) if isinstance(each, float) else each for each in readings]
    of_frames = sentence_of_values(measure, readings) if numbers.is_list and readings else None
    return report_of(FROM_VALUE, measure, results or [MISSING], of_frames, {})


def whole_value(measure: Measure, number: float, question: str = "") -> Value:
    """Return a number about the whole with the facts of its reason.

    Args:
        measure: measure with the limit.
        number: finite number.
        question: text in front of the reason, with a space behind it; "" for none.
    """
    facts = {"value": f"{short_of(measure, number):g}", "unit": measure.unit, "question": question}
    return Value(number, facts, f"value_{_kind(measure)}")


def sentence_of_values(
    measure: Measure, values: Sequence[object], question: str = ""
) -> SentenceOfFrames:
    """Return the function that words the reason of a list of numbers by its worst frame."""

    def sentence(worst: int, _failing: Sequence[int]) -> tuple[str, Mapping[str, Any]]:
        number = values[worst]
        assert isinstance(number, float)
        facts = {**whole_value(measure, number, question).facts, "frame": worst}
        return f"values_{_kind(measure)}", {**facts, "frames": len(values)}

    return sentence


def _kind(measure: Measure) -> str:
    """Return the ending of a reason's code, by the kind of the limit."""
    if measure.threshold is None:
        return "shown"
    if measure.better is Better.BAND:
        return "band"
    return "least" if measure.better is Better.HIGHER else "most"
