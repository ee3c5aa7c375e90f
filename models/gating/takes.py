"""Choice of the best of several takes of a clip by their reports."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import torch

from ..frames import InputError
from ..report import Report, Verdict
from .frame_verdicts import best_first, judge_clip
from .gate import Reason, listed_frames, make_reason
from .ranking import Kind, Ranking
from .ranking_table import ranking_table

MOST_TAKES = 16  # inputs of each kind that a node can grow to
TAKE, REPORT, AUDIO = "take", "report", "audio"  # names of inputs, before their number

# Values that one input receives: a single one, or those of a list that a workflow runs as a batch.
Values = Sequence[Any]


class OnNone(str, Enum):
    """Policy for takes of which none passes."""

    BEST = "best"  # the best of all takes goes on
    BLOCK = "block"  # nothing goes on: nodes behind it don't run, and the prompt continues
    ERROR = "error"  # the prompt fails with the ranking


class NoTakePasses(ValueError):
    """Error that fails the prompt because no take passes."""


@dataclass(frozen=True, eq=False)
class Take:
    """One of several clips, with its report.

    Attributes:
        number: number in the name of its input; with lists, its position among all takes, from 0.
        images: frames of the clip, shape (frames, height, width, channels).
        report: report on the clip.
        audio: sound of the clip, as ComfyUI's AUDIO; None if it has none.
    """

    number: int
    images: torch.Tensor
    report: Report
    audio: Mapping[str, Any] | None = None


def match_takes(
    takes: Mapping[str, Values], reports: Mapping[str, Values], audios: Mapping[str, Values]
) -> tuple[Take, ...]:
    """Match clips, reports and sounds by the number in their input's name, then by position.

    Args:
        takes: clips by name of the input (`take0`), each a list of one or more.
        reports: reports by name of the input (`report0`), in lists of the same lengths.
        audios: sounds by name of the input (`audio0`); a clip may have none.

    Returns:
        The takes in the order of their numbers.

    Raises:
        InputError: nothing is connected; a clip has no report; a report or a sound has no clip; or
            a list of reports or sounds has another length than that of the clips.
    """
    clips, judgements, sounds = (
        dict(_by_number(values, name))
        for values, name in ((takes, TAKE), (reports, REPORT), (audios, AUDIO))
    )
    if not clips and not judgements:
        remedy = "Connect clips to take0, take1 … and their reports to report0, report1 …."
        raise InputError("takes", "at least one clip", "none", remedy)
    for number in sorted({*clips, *judgements, *sounds}):
        _check_partners(number, clips, judgements, sounds)
    matched = [
        (number, images, judgements[number][place], _sound(sounds.get(number), place))
        for number in sorted(clips)
        for place, images in enumerate(clips[number])
    ]
    has_lists = len(matched) > len(clips)
    return tuple(
        Take(position if has_lists else number, images, report, audio)
        for position, (number, images, report, audio) in enumerate(matched)
    )


def rank_takes(takes: Sequence[Take], on_none: OnNone = OnNone.BEST) -> Ranking:
    """Rank takes by the scores of their reports; of equal ones the first comes first.

    A take without a score comes after all that have one, and the ranking's notes say so.

    Args:
        takes: at least one take.
        on_none: policy if no take passes.

    Raises:
        NoTakePasses: no take passes, and `on_none` is ERROR; the message holds the ranking.
    """
    judged = tuple(judge_clip(take.report) for take in takes)
    order, numbers = best_first(judged), tuple(take.number for take in takes)
    passes = judged[order[0]].verdict is Verdict.PASS
    notes = list(_notes(order, numbers, [each.score for each in judged]))
    if not passes and on_none is OnNone.BEST:
        notes.insert(0, make_reason("rank_take_best", take=numbers[order[0]]))
    elif not passes:
        notes.insert(0, make_reason("rank_take_blocked"))
    k = 1 if passes or on_none is OnNone.BEST else 0
    ranking = Ranking(Kind.TAKE, judged, order, k, numbers, tuple(notes))
    if not passes and on_none is OnNone.ERROR:
        raise NoTakePasses(ranking_table(ranking))
    return ranking


def _notes(
    order: Sequence[int], numbers: Sequence[int], scores: Sequence[float | None]
) -> Iterator[Reason]:
    best = order[0]
    if scores[best] is None:
        yield make_reason("rank_take_kept_unscored", take=numbers[best])
        return
    unscored = sorted(numbers[index] for index in order if scores[index] is None)
    if unscored:
        yield make_reason("rank_take_unscored", takes=listed_frames(unscored))


def _by_number(values: Mapping[str, Values], name: str) -> Iterator[tuple[int, Values]]:
    """Yield the values of each connected input by the number in its name."""
    for key, received in values.items():
        if any(value is not None for value in received or ()):
            yield int(key.removeprefix(name)), received


def _check_partners(
    number: int,
    clips: Mapping[int, Values],
    reports: Mapping[int, Values],
    sounds: Mapping[int, Values],
) -> None:
    take, report, sound = (f"{name}{number}" for name in (TAKE, REPORT, AUDIO))
    if number not in clips:
        alone = report if number in reports else sound
        remedy = f"Connect the clip to {take}, or disconnect {alone}."
        raise InputError(alone, f"its clip at {take}", "no clip", remedy)
    if number not in reports:
        remedy = f"Connect the report on this clip to {report}, or disconnect {take}."
        raise InputError(take, f"its report at {report}", "no report", remedy)
    count = len(clips[number])
    for name, received in ((take, clips[number]), (report, reports[number])):
        if any(value is None for value in received):
            remedy = "Check the node that makes the list."
            raise InputError(name, "a value in each place of the list", "a gap", remedy)
    for name, values in ((report, reports[number]), (sound, sounds.get(number))):
        if values is not None and len(values) != count:
            expected = f"a list of {count}, one for each clip of {take}"
            remedy = "Connect lists that come from the same batch of seeds."
            raise InputError(name, expected, str(len(values)), remedy)


def _sound(sounds: Values | None, place: int) -> Any:
    return None if sounds is None else sounds[place]
