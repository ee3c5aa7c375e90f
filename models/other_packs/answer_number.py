"""Reading of a number in the answer of a language model, such as a rating of 8/10."""

import math
import re

from ..frames import Absence
from .plain_text import ANSWER_KEYS, SMALL_DIGITS, answer_in, quoted

_KEYS = ("score", "rating", "overall", "overall_score", "total", "points", *ANSWER_KEYS)
# No more than 40 digits, so that reading takes no longer than the text is long.
_NUMBER = (
    r"(?<![A-Za-z0-9_.,])(?<![eE][-+])[-+−]?(?:\d{1,40}(?:[.,]\d{1,40})?|\.\d{1,40})"
    r"(?:[eE][-+]?\d{1,3})?"
)
_TOP = r"(?:/|out of|of|von|sur|/\s*満点)\s*(\d+(?:\.\d+)?)"
# A number, with the top of its scale behind it or "%".
_RATED = re.compile(
    rf"({_NUMBER})(?:\s*{_TOP}|\s*([%％]))?(?![\w]*[A-Za-z_])(?![.,]?\d)", re.IGNORECASE
)
# "7-8", "7 to 8", "7 or 8", "between 7 and 8"
_RANGE = re.compile(
    rf"(?<!/)({_NUMBER})\s*(?:[-–—~〜]|to|or|bis|oder|à|ou)\s*(\d+(?:[.,]\d+)?)"
    rf"|between\s+({_NUMBER})\s+and\s+(\d+(?:[.,]\d+)?)",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"(?:[<>≤≥]|(?:more|less|higher|lower|better|fewer) than|at (?:least|most)"
    r"|over|under|above|below|up to|\bnot)\s*\d|\d\s*\+(?!\s*\d)",
    re.IGNORECASE,
)
# "N/A (0 people)", "I can't rate 0 pictures": there is no rating, whatever numbers follow.
_NO_RATING = re.compile(
    r"\bn/a\b|(?:can't|cannot|can not|unable to|not able to) (?:rate|score|evaluate|assess)\b",
    re.IGNORECASE,
)
# "10点満点中8点", "满分10分,8分": the top of the scale stands first.
_TOP_FIRST = re.compile(
    r"(?<!\d)(\d{1,40}(?:\.\d{1,40})?)\s*点満点(?:中|で|のうち|の)?[、,\s]*(\d+(?:\.\d+)?)"
    r"|[满滿]分\s*(\d+(?:\.\d+)?)\s*分?[^\d]{0,8}?(\d+(?:\.\d+)?)"
)
_LABEL = re.compile(
    r"(?:score|rating|grade|bewertung|スコア|評価|得点|点数|得分|评分|評分|分数)"
    r"\s*(?:is|of|ist|est|は|为|為|是)?\s*[:：=]?\s*",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+")
_SMALL = re.compile(rf"\d\s?[{SMALL_DIGITS}]|[{SMALL_DIGITS}]\s?[\d/]")  # "8½", "10²"


def read_number(text: str, low: float, high: float) -> float | Absence:
    """Return the one number of an answer on the scale that was asked for, or why there is none.

    These are tried in turn, and the first that is there decides: the numbers behind a label such
    as "Score:"; the numbers with the top of their scale ("8/10", "8 out of 10", "80 %"); the number
    that is alone in the first line; all numbers. They must all be the same. A decimal comma is
    read as a point.

    Args:
        text: answer of a model.
        low: lower end of the scale that the model was asked for; a number below is not read.
        high: upper end of that scale; a number above, or on a scale with another top, is not read.

    Examples:
        >>> read_number("I see 2 girls. Score: 8,5", 0, 10), read_number("7.5 out of 10", 0, 10)
        (8.5, 7.5)
        >>> read_number("Between 7 and 8", 0, 10).code
        'answer_several_numbers'
    """
    answer = answer_in(text, _KEYS)
    if not answer:
        return Absence("answer_empty")
    values = {"answer": quoted(text)}
    if _THOUSANDS.search(answer):  # 1,250 is 1.25 in one language and 1250 in another
        return Absence("answer_ambiguous_number", values)
    if _SMALL.search(answer) or _NO_RATING.search(answer):
        return Absence("answer_no_number", values)
    if _BOUND.search(answer):
        return Absence("answer_bound", values)
    for match in _RANGE.finditer(answer):
        first, last = _float(match[1] or match[3]), _float(match[2] or match[4])
        if last != high or first not in (low, 1.0):  # "on a scale from 1 to 10" is no answer
            both = f"{first:g}, {last:g}"
            return Absence("answer_several_numbers", {"numbers": both, **values})
    rated = _rated(_RANGE.sub(" ", answer))
    numbers = {number for number, _top in rated}
    if not numbers:
        return Absence("answer_no_number", values)
    if len(numbers) > 1:
        number_texts = ", ".join(f"{number:g}" for number in sorted(numbers))
        return Absence("answer_several_numbers", {"numbers": number_texts, **values})
    other_tops = [top for _number, top in rated if top is not None and top != high]
    if other_tops:
        limits = {"top": f"{other_tops[0]:g}", "high": f"{high:g}"}
        return Absence("answer_other_scale", {**limits, **values})
    (number,) = numbers
    if not low <= number <= high:
        limits = {"number": f"{number:g}", "low": f"{low:g}", "high": f"{high:g}"}
        return Absence("answer_off_scale", {**limits, **values})
    return number


def _rated(answer: str) -> list[tuple[float, float | None]]:
    """Return the numbers that decide, each with the top of its scale or None."""
    top_first = [
        (_float(match[2] or match[4]), _float(match[1] or match[3]))
        for match in _TOP_FIRST.finditer(answer)
    ]
    if top_first:
        return list(top_first)
    rated = [(match.start(), _rating(match)) for match in _RATED.finditer(answer)]
    rated = [(start, each) for start, each in rated if math.isfinite(each[0])]
    ends = {match.end() for match in _LABEL.finditer(answer)}
    labelled = [each for start, each in rated if start in ends]
    with_top = [each for _start, each in rated if each[1] is not None]
    first_line = _RATED.fullmatch(answer.partition("\n")[0].strip().rstrip("."))
    alone = [] if first_line is None else [_rating(first_line)]
    return labelled or with_top or alone or [each for _start, each in rated]


def _rating(match: re.Match[str]) -> tuple[float, float | None]:
    top = 100.0 if match[3] else None if match[2] is None else _float(match[2])
    return _float(match[1]), top


def _float(text: str) -> float:
    return float(text.replace(",", ".").replace("−", "-"))
