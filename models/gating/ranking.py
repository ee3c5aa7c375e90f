"""Ranking of a batch's frames by their scores, with the reason why each other frame lost."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from ..frames import InputError
from ..report import Report, Verdict
from ..scoring import rounded_score
from .frame_verdicts import FrameVerdict, judge_frames


@dataclass(frozen=True)
class Ranking:
    """Frames of a batch in the order of their scores, best first.

    Attributes:
        frames: verdicts on the frames, by index of the frame.
        order: indices of all frames, best first.
        k: number of frames to keep.
    """

    frames: tuple[FrameVerdict, ...]
    order: tuple[int, ...]
    k: int

    @property
    def kept(self) -> tuple[int, ...]:
        """Indices of the `k` best frames, best first; of all frames if there are fewer."""
        return self.order[: self.k]

    def to_json(self) -> str:
        """Return the ranking as strict JSON text."""
        ranking = {
            "kept": list(self.kept),
            "asked": self.k,
            "frames": len(self.frames),
            "notes": self._notes(),
            "ranking": [self._place(rank, frame) for rank, frame in enumerate(self.order, start=1)],
        }
        return json.dumps(ranking, allow_nan=False, ensure_ascii=False)

    def _notes(self) -> list[str]:
        notes = []
        if self.k > len(self.frames):
            available = len(self.frames)
            notes.append(f"k is {self.k}, but the batch has {available} frames. All were kept.")
        unmeasured = [number for number in self.kept if self.frames[number].score is None]
        if unmeasured:
            numbers = ", ".join(map(str, unmeasured))
            notes.append(
                f"These frames were kept without a score, because too few have one: {numbers}."
            )
        return notes

    def _place(self, rank: int, number: int) -> dict[str, object]:
        frame = self.frames[number]
        kept = rank <= self.k
        return {
            "rank": rank,
            "frame": number,
            "kept": kept,
            "verdict": frame.verdict.value,
            "score": frame.score,
            "weakest": None if frame.weakest is None else frame.weakest.name,
            "value": frame.value,
            "lost_because": None if kept else self._why_lost(frame),
        }

    def _why_lost(self, frame: FrameVerdict) -> str:
        last = self.kept[-1]
        last_score = self.frames[last].score
        if frame.score is None:
            if frame.weakest is None:
                return "No measurement in the report counts for the verdict, so it has no score."
            absent = frame.verdict is Verdict.NOT_MEASURED
            problem = "could not be measured" if absent else "fails, and another is not measured"
            position = "A frame without a score comes after all frames with a score."
            if last_score is None:
                position = f"Frame {last} has no score either and comes earlier in the batch."
            return f"{frame.weakest.name} {problem}. {position}"
        assert frame.weakest is not None
        assert last_score is not None  # a frame without a score comes after this one
        own, other = _distinct(frame.score, last_score)
        weakest = (
            f"Its score is {own} of 100, and its weakest measurement is {frame.weakest.name} with "
            f"{frame.value:.4g}."
        )
        if frame.score == last_score:
            return f"{weakest} Frame {last} has the same score and comes earlier in the batch."
        return f"{weakest} Frame {last} has {other}."


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
    return Ranking(frames, best_first(frames), k)


def best_first(frames: Sequence[FrameVerdict]) -> tuple[int, ...]:
    """Return the indices of frames by their score, of equal ones the earlier first.

    A frame without a score comes after all that have one, as its quality is unknown.
    """
    scores = [-1.0 if each.score is None else each.score for each in frames]
    return tuple(sorted(range(len(frames)), key=lambda number: -scores[number]))
