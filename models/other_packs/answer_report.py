"""Reports of texts: the answer of a language model, or the tags of a tagger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from ..frames import Absence, InputError
from ..gating.gate import listed_frames
from ..measure import Measure, Value
from ..measurement import Better
from ..report import FROM_ANSWER, Report
from .answer_number import read_number
from .answer_tags import TagRules, read_tags, shown_tags
from .criterion import Criterion, Role
from .per_frame import SentenceOfFrames, report_of
from .plain_text import quoted
from .value_report import NUMBER, sentence_of_values, whole_value
from .yes_no import NO, YES, read_yes_no

UNREAD = ("answer_empty", "frames_unread")
YES_OR_NO = Measure(
    "answer",
    unit="share",  # 1 for the expected answer, 0 for the other one; the editor shows no unit
    better=Better.HIGHER,
    threshold=0.5,
    reasons=("answer_expected", "answer_unexpected", "answers_expected", "answers_unexpected"),
    absences=(*UNREAD, "answer_neither", "answer_both"),
)
RATING = replace(
    NUMBER,
    name="rating",
    absences=(
        *UNREAD,
        *("answer_no_number", "answer_several_numbers", "answer_ambiguous_number", "answer_bound"),
        *("answer_other_scale", "answer_off_scale"),
    ),
)
TAGS = Measure(
    "tags",
    unit="tags",  # that are missing, or are there and must not be
    better=Better.LOWER,
    threshold=0.0,
    reasons=("tags_met", "tags_broken", "tags_met_in_frames", "tags_broken_in_frames"),
    absences=(*UNREAD, "answer_no_tags"),
)
A_TEXT = "a text"
MOST_ANSWERS = 64  # answers that the details of a report keep


class Kind(str, Enum):
    """Kind of an answer."""

    YES_NO = "yes or no"
    NUMBER = "number"
    TAGS = "tags"


class Expected(str, Enum):
    """Answer that passes."""

    YES = YES
    NO = NO


@dataclass(frozen=True)
class AnswerSettings:
    """Settings by which an answer is read and judged.

    Attributes:
        criterion: name and role of the measurement; for a number also direction, limit and scale,
            of which the scale is the one that the model was asked for.
        kind: kind of the answer.
        expected: answer that passes, for yes or no.
        must, must_not: texts with the tags that must be there, and those that must not.
        question: question that was asked, for the reason; "" leaves it out.
        source: name of the model that answered; "" if it is unknown.
    """

    criterion: Criterion
    kind: Kind = Kind.YES_NO
    expected: Expected = Expected.YES
    must: str = ""
    must_not: str = ""
    question: str = ""
    source: str = ""
    rules: TagRules = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse settings that contradict each other.

        Raises:
            InputError: a setting can't be used; the message says what to change.
        """
        rules = TagRules.read(self.must, self.must_not)
        object.__setattr__(self, "rules", rules)
        if self.kind is Kind.NUMBER and not self.criterion.has_own_scale:
            expected = "the scale that the model was asked for"
            received = "0 and 0"
            raise InputError("scale_low, scale_high", expected, received, "Write it, as 0 and 10.")
        if self.kind is not Kind.TAGS:
            return
        if not (rules.must or rules.must_not):
            remedy = "Write at least one tag into one of them."
            raise InputError("must, must_not", "tags", "empty texts", remedy)
        contradicting = [each for each in rules.must if each in rules.must_not]
        if contradicting:
            remedy = "Remove it from must or from must_not."
            raise InputError("must_not", "other tags than in must", contradicting[0], remedy)


def report_answer(answers: Sequence[str | None], settings: AnswerSettings) -> Report:
    """Return the report of an answer, or of one for each frame.

    One answer is about the whole: the report says nothing of frames. Several answers are about a
    frame each, and the worst one decides. An answer that can't be read is NOT MEASURED.

    Args:
        answers: texts as an input of ComfyUI that takes lists receives them.
        settings: settings by which the answers are read and judged.

    Examples:
        >>> settings = AnswerSettings(Criterion("smile", role=Role.REQUIRED))
        >>> report_answer(["**Yes**, she smiles."], settings).verdict.value
        'PASS'
        >>> report = report_answer(["It is too dark."], settings)
        >>> report.verdict.value, report.measurements[0].reason
        ('NOT_MEASURED', 'The answer is neither yes nor no: It is too dark.')
    """
    texts = ["" if each is None else str(each) for each in answers] or [""]
    question = quoted(settings.question)
    facts = {"question": f"{question} " if question else ""}  # the space only with a question
    read = {Kind.YES_NO: _yes_or_no, Kind.NUMBER: _rating, Kind.TAGS: _tags}[settings.kind]
    measure, readings, of_frames = read(texts, settings, facts)
    readings = [
        Absence(each.code, {**each.values, **facts}) if isinstance(each, Absence) else each
        for each in readings
    ]
    details = {"question": question, "answers": [quoted(each) for each in texts[:MOST_ANSWERS]]}
    return report_of(FROM_ANSWER, measure, readings, of_frames if len(texts) > 1 else None, details)


Readings = tuple[Measure, list[Value | Absence], SentenceOfFrames]


def _yes_or_no(
    texts: Sequence[str], settings: AnswerSettings, facts: Mapping[str, str]
) -> Readings:
    expected = settings.expected.value
    measure = _measure(YES_OR_NO, settings)
    readings: list[Value | Absence] = []
    for text in texts:
        reading = read_yes_no(text)
        if isinstance(reading, Absence):
            readings.append(reading)
            continue
        answer = YES if reading else NO
        code = "answer_expected" if answer == expected else "answer_unexpected"
        values = {"answer": answer, "expected": expected, **facts}
        readings.append(Value(float(answer == expected), values, code))

    def sentence(_worst: int, _failing: Sequence[int]) -> tuple[str, Mapping[str, Any]]:
        other = [
            n for n, each in enumerate(readings) if isinstance(each, Value) and not each.number
        ]
        values = {"expected": expected, "frames": listed_frames(other), **facts}
        return "answers_unexpected" if other else "answers_expected", values

    return measure, readings, sentence


def _rating(texts: Sequence[str], settings: AnswerSettings, facts: Mapping[str, str]) -> Readings:
    criterion = settings.criterion
    measure = criterion.measure(RATING, (), _backend(settings))
    numbers = [read_number(each, criterion.scale_low, criterion.scale_high) for each in texts]
    question = facts["question"]
    readings = [
        each if isinstance(each, Absence) else whole_value(measure, each, question)
        for each in numbers
    ]
    return measure, readings, sentence_of_values(measure, numbers, question)


def _tags(texts: Sequence[str], settings: AnswerSettings, facts: Mapping[str, str]) -> Readings:
    rules = settings.rules
    count = len(rules.must) + len(rules.must_not)
    measure = replace(_measure(TAGS, settings), high=float(count))
    readings: list[Value | Absence] = []
    for text in texts:
        tags = read_tags(text)
        if isinstance(tags, Absence):
            readings.append(tags)
            continue
        missing, forbidden = rules.broken_by(tags)
        code = "tags_broken" if missing or forbidden else "tags_met"
        values = {"missing": shown_tags(missing), "forbidden": shown_tags(forbidden)}
        number = float(len(missing) + len(forbidden))
        readings.append(Value(number, {"rules": count, **values, **facts}, code))

    def sentence(worst: int, _failing: Sequence[int]) -> tuple[str, Mapping[str, Any]]:
        value = readings[worst]
        assert isinstance(value, Value)
        broken = [n for n, each in enumerate(readings) if isinstance(each, Value) and each.number]
        values = {**value.facts, "frames": listed_frames(broken), "frame": worst}
        return f"{value.reason}_in_frames", values

    return measure, readings, sentence


def _measure(declared: Measure, settings: AnswerSettings) -> Measure:
    """Return a measure whose limit is its own, with the name and the role that the maker gives."""
    criterion = settings.criterion
    return replace(
        declared,
        name=criterion.name.strip(),
        backend=_backend(settings),
        threshold=None if criterion.role is Role.SHOWN else declared.threshold,
        required=criterion.role is Role.REQUIRED,
    )


def _backend(settings: AnswerSettings) -> str:
    return f"answer of {quoted(settings.source) or A_TEXT}"
