"""Which frames of a batch are the best, and why the others lost."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from ..frames import InputError
from ..report import Report, Verdict
from .frame_verdicts import FrameVerdict, judge_frames


@dataclass(frozen=True)
class Ranking:
    """The frames of a batch, the best first.

    Attributes:
        frames: what each comes to, by its index.
        order: indices, the best first.
        asked: how many were asked for.
    """

    frames: tuple[FrameVerdict, ...]
    order: tuple[int, ...]
    asked: int

    @property
    def kept(self) -> tuple[int, ...]:
        """Indices of the best, the best first; of all frames where more were asked for."""
        return self.order[: self.asked]

    def to_json(self) -> str:
        """The ranking as strict JSON text."""
        places = [self._place(rank, number) for rank, number in enumerate(self.order, start=1)]
        told = {"kept": list(self.kept), "asked": self.asked, "frames": len(self.frames)}
        return json.dumps(
            {**told, "notes": self._notes(), "ranking": places},
            allow_nan=False,
            ensure_ascii=False,
        )

    def _notes(self) -> list[str]:
        notes = []
        if self.asked > len(self.frames):
            notes.append(f"{self.asked} were asked for and there are {len(self.frames)}: all kept.")
        unmeasured = [number for number in self.kept if self.frames[number].score is None]
        if unmeasured:
            which = ", ".join(map(str, unmeasured))
            notes.append(f"Kept without a score, for want of measured ones: {which}.")
        return notes

    def _place(self, rank: int, number: int) -> dict[str, object]:
        frame = self.frames[number]
        kept = rank <= self.asked
        return {
            "rank": rank,
            "frame": number,
            "kept": kept,
            "verdict": frame.verdict.value,
            "score": None if frame.score is None else round(frame.score, 2),
            "weakest": None if frame.weakest is None else frame.weakest.name,
            "value": frame.value,
            "lost_because": None if kept else self._why_lost(frame),
        }

    def _why_lost(self, frame: FrameVerdict) -> str:
        last = self.kept[-1]
        against = self.frames[last].score
        if frame.score is None:
            if frame.weakest is None:
                return "Nothing in the report counts for its verdict, so it has no score."
            absent = frame.verdict is Verdict.NOT_MEASURED
            told = "could not be measured" if absent else "fails, and something is not measured"
            after = "comes after all that have a score"
            if against is None:
                after = f"comes after frame {last} of the same kind, which is earlier"
            return f"{frame.weakest.name} {told}; a frame without a score {after}."
        assert frame.weakest is not None
        assert against is not None  # those without a score come last
        weakest = f"Its weakest is {frame.weakest.name} with {frame.value:.4g}"
        if frame.score == against:
            return f"{weakest}: {frame.score:.1f} of 100, as frame {last}, which is earlier."
        return f"{weakest}: {frame.score:.1f} of 100, frame {last} has {against:.1f}."


def rank_frames(report: Report, asked: int) -> Ranking:
    """Rank the frames of a batch by the score of each one's weakest required measurement.

    Args:
        report: with a value for every frame of each required measurement.
        asked: how many are wanted, at least 1.

    Raises:
        InputError: fewer than one is asked for, or the report doesn't judge its frames one by one.
    """
    if asked < 1:
        raise InputError("k", "a number from 1 on", str(asked), "Ask for at least one frame.")
    frames = judge_frames(report)
    return Ranking(frames, best_first(frames), asked)


def best_first(frames: Sequence[FrameVerdict]) -> tuple[int, ...]:
    """Indices of frames by their score, of equal ones the earlier first.

    A frame without a score comes after all that have one: of what is not measured nobody can say
    how good it is.
    """
    scores = [-1.0 if each.score is None else each.score for each in frames]
    return tuple(sorted(range(len(frames)), key=lambda number: -scores[number]))
