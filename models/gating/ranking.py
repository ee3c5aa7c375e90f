"""Ranking of frames or takes by their scores, with the reason why each other one lost."""

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any

from ..frames import InputError
from ..reasons import measurement_title
from ..report import Report, Verdict
from ..scoring import rounded_score
from .frame_verdicts import FrameVerdict, best_first, judge_frames
from .gate import Reason, listed_frames, make_reason


class Kind(str, Enum):
    """Kind of the ranked things; the codes of their reasons contain its value."""

    FRAME = "frame"
    TAKE = "take"


@dataclass(frozen=True)
class Place:
    """One place of a ranking.

    Attributes:
        rank: 1 for the best.
        number: number of the frame or take.
        is_kept: True if it is kept.
        judged: verdict on the frame or take.
        lost_because: reasons why it is not kept: about itself, then in comparison with the last
            one that is kept; empty if it is kept.
    """

    rank: int
    number: int
    is_kept: bool
    judged: FrameVerdict
    lost_because: tuple[Reason, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the place as JSON values."""
        weakest = self.judged.weakest
        return {
            "rank": self.rank,
            "number": self.number,
            "kept": self.is_kept,
            "verdict": self.judged.verdict.value,
            "score": self.judged.score,
            "weakest": None if weakest is None else weakest.name,
            "value": self.judged.value,
            "unit": None if weakest is None else weakest.unit,
            "because": [own_reason(self.judged).to_dict()],
            "lost_because": [reason.to_dict() for reason in self.lost_because],
        }


@dataclass(frozen=True)
class Ranking:
    """Frames of a batch, or several takes, in the order of their scores, best first.

    Attributes:
        kind: kind of the ranked things.
        judged: verdicts on the frames or takes, by index.
        order: indices of all frames or takes, best first.
        k: number to keep; 0 if nothing goes on.
        numbers: number of each frame or take, by index, as a person counts them.
        notes: facts about the whole ranking.
    """

    kind: Kind
    judged: tuple[FrameVerdict, ...]
    order: tuple[int, ...]
    k: int
    numbers: tuple[int, ...]
    notes: tuple[Reason, ...] = ()

    @property
    def kept(self) -> tuple[int, ...]:
        """Indices of the `k` best, best first; of all if there are fewer."""
        return self.order[: self.k]

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """All places, the best first."""
        return tuple(
            Place(
                rank,
                self.numbers[index],
                rank <= self.k,
                self.judged[index],
                () if rank <= self.k else self._lost_because(index),
            )
            for rank, index in enumerate(self.order, start=1)
        )

    def to_dict(self, most_places: int | None = None) -> dict[str, Any]:
        """Return the ranking as strict JSON values.

        Args:
            most_places: largest number of places in `ranking`; None for all.
        """
        return {
            "kind": self.kind.value,
            "count": len(self.judged),
            "kept": [self.numbers[index] for index in self.kept],
            "notes": [note.to_dict() for note in self.notes],
            "ranking": [place.to_dict() for place in self.places[:most_places]],
        }

    def _lost_because(self, index: int) -> tuple[Reason, ...]:
        judged, last = self.judged[index], self.order[max(self.k, 1) - 1]
        score, last_score = judged.score, self.judged[last].score
        best: dict[str, Any] = {self.kind.value: self.numbers[last]}
        if index == last:  # nothing is kept: not even the best
            text = "" if score is None else rounded_text(score)
            return (own_reason(judged, text), make_reason("rank_take_blocked"))
        code = f"rank_{self.kind.value}"
        if score is None:
            compared = make_reason(f"{code}_no_score")
            if last_score is None:
                compared = make_reason(f"{code}_none_scored", **best)
            return (own_reason(judged, ""), compared)
        assert last_score is not None  # a frame without a score comes after this one
        own_text, last_text = _distinct(score, last_score)
        if score == last_score:
            compared = make_reason(f"{code}_equal", **best)
        else:
            compared = make_reason(f"{code}_lower", **best, score=last_text)
        return (own_reason(judged, own_text), compared)


def own_reason(judged: FrameVerdict, score: str = "") -> Reason:
    """Return the part of a reason that is about the frame or take alone.

    Args:
        judged: verdict on the frame or take.
        score: its score as text; by default with one decimal place.
    """
    weakest = judged.weakest
    if weakest is None:
        return make_reason("rank_nothing_counts")
    measure = measurement_title(weakest.name)
    if judged.score is None:
        absent = judged.verdict is Verdict.NOT_MEASURED
        code = "rank_unmeasured" if absent else "rank_fails_unmeasured"
        return make_reason(code, weakest.name, measure=measure)
    texts = {
        "score": score or rounded_text(judged.score),
        "measure": measure,
        "value": judged.value_text,
        "unit": weakest.unit,
    }
    return make_reason("rank_scored", weakest.name, **texts)


def rounded_text(score: float) -> str:
    """Return a score with one decimal place; a failing one stays below 50."""
    return f"{rounded_score(score, 1):.1f}"


def _distinct(score: float, other: float) -> tuple[str, str]:
    """Return two scores with one decimal place, or with more if one would make them equal."""
    for digits in range(1, 6):
        texts = tuple(f"{rounded_score(each, digits):.{digits}f}" for each in (score, other))
        if texts[0] != texts[1] or score == other:
            return texts[0], texts[1]
    return f"{score:.12g}", f"{other:.12g}"


def rank_frames(report: Report, k: int) -> Ranking:
    """Rank the frames of a batch by their scores, made as the score of a report is made.

    Args:
        report: report with a value for every frame of each required measurement.
        k: number of frames to keep, at least 1.

    Raises:
        InputError: `k` is below 1, or the report doesn't judge its frames one by one.
    """
    if k < 1:
        raise InputError("k", "a whole number from 1", str(k), "Ask for at least one frame.")
    frames = judge_frames(report)
    order = best_first(frames)
    notes = []
    if k > len(frames):
        notes.append(make_reason("rank_all_kept", k=k, frames=len(frames)))
    unscored = sorted(number for number in order[:k] if frames[number].score is None)
    if unscored:
        notes.append(make_reason("rank_kept_unscored", frames=listed_frames(unscored)))
    return Ranking(Kind.FRAME, frames, order, k, tuple(range(len(frames))), tuple(notes))
