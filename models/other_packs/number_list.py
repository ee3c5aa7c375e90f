"""Reading of numbers as nodes of other packs give them: numbers, lists, tensors, and texts."""

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ..frames import Absence
from .plain_text import normalized, quoted

# "tensor([0.31, 0.44], device='cuda:0')", as Python writes a tensor or an array.
_TENSOR = re.compile(r"(?:tensor|array)\((.*?)(?:,\s*\w+=.*)?\)", re.DOTALL)
_BETWEEN = re.compile(r"[\s,;\[\]()]+")
_PIECES = re.compile(r"[\s;]+")
_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?")
_NOT_FINITE = {"nan", "inf", "+inf", "-inf", "infinity", "-infinity", "+nan", "-nan"}
_MISSING = {"none", "null"}
# "0,31" is one number in one language and two in another, and so are "1,250" and "1.250,5".
_AMBIGUOUS = re.compile(
    r"[-+]?\d+,\d+|[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[-+]?[1-9]\d{0,2}(?:\.\d{3})+,\d+"
)
# A space that doesn't break divides the thousands of one number, as in "1 250".
_THOUSANDS = re.compile(r"\d[\u00a0\u2007\u2009\u202f]\d{3}(?!\d)")
MISSING = Absence("value_missing")


class Numbers(NamedTuple):
    """Numbers that another node gave.

    Attributes:
        values: numbers, with the reason in the place of each that can't be used.
        is_list: True if there is one for each frame; False for one number about the whole.
    """

    values: tuple[float | Absence, ...]
    is_list: bool


def read_numbers(received: Sequence[Any]) -> Numbers:
    """Return the numbers of a value as ComfyUI hands it over: a list, usually with one entry.

    A text may hold several numbers, with commas, semicolons, spaces or line breaks between them and
    brackets around them. True is 1 and False is 0.

    Args:
        received: values of an input that takes lists. Nested lists and tensors are read in order.

    Examples:
        >>> read_numbers([0.31])
        Numbers(values=(0.31,), is_list=False)
        >>> read_numbers(["0.31, 0.44"])
        Numbers(values=(0.31, 0.44), is_list=True)
        >>> read_numbers(["0,31"]).values[0].code
        'value_ambiguous'
    """
    readings = [each for value in received for each in _read(value)]
    is_list = len(readings) > 1 or any(is_nested for _reading, is_nested in readings)
    return Numbers(tuple(reading for reading, _is_nested in readings), is_list)


def _read(value: Any) -> Iterator[tuple[float | Absence, bool]]:
    """Yield the numbers of one value, each with True if it stands in a list."""
    if value is None:
        yield MISSING, False
    elif isinstance(value, int | float):  # and bool
        yield _finite(value), False
    elif isinstance(value, str):
        yield from _in_text(value)
    elif isinstance(value, list | tuple):
        yield from ((reading, True) for entry in value for reading, _ in _read(entry))
    elif hasattr(value, "tolist"):  # tensors, arrays, and the numbers of NumPy
        yield from _read(value.tolist())
    else:
        yield Absence("value_unreadable", {"text": type(value).__name__}), False


def _finite(value: float) -> float | Absence:
    try:
        number = float(value)
    except OverflowError:  # a whole number with more than 308 digits
        number = math.inf
    return number if math.isfinite(number) else Absence("value_not_finite")


def _in_text(text: str) -> Iterator[tuple[float | Absence, bool]]:
    plain = normalized(text).replace("−", "-").strip()
    tensor = _TENSOR.fullmatch(plain)
    plain = tensor.group(1) if tensor else plain
    has_brackets = "[" in plain
    facts = {"text": quoted(text)}
    is_ambiguous = any(map(_AMBIGUOUS.fullmatch, _PIECES.split(plain)))
    if _THOUSANDS.search(text) or (is_ambiguous and not has_brackets):
        yield Absence("value_ambiguous", facts), False
        return
    entries = [each for each in _BETWEEN.split(plain) if each]
    readings = [_entry(each) for each in entries]
    if any(reading is None for reading in readings):
        yield Absence("value_unreadable", facts), False
    elif not readings:
        yield MISSING, False
    else:
        yield from ((reading, has_brackets) for reading in readings if reading is not None)


def _entry(text: str) -> float | Absence | None:
    """Return the number of a part of a text; None if it is something else."""
    if text.lower() in _MISSING:
        return MISSING
    if text.lower() in _NOT_FINITE:
        return Absence("value_not_finite")
    return _finite(float(text)) if _NUMBER.fullmatch(text) else None
