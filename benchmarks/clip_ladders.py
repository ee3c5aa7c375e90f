"""Ladders of real clips: scores as a planted fault grows, and clean clips that must pass."""

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from itertools import pairwise

import torch
from scipy.stats import spearmanr
from torch.nn.functional import interpolate

from ..models.quality.clip_quality import score_clip_quality
from ..models.report import Report, Verdict
from .clip_faults import CLIP_FAULTS
from .clip_list import CLIPS, Clip, Part

STEPS = 5
FALLING = -0.9  # greatest rank correlation of the score with the step of a ladder that falls
SEEN_BY = 2  # step at which a fault must be seen
SEEN = 1.0  # points below the clean score that count as seen
LEAST_CHANGE = 1.0  # grey levels; a planting that changes the clip by less is counted apart
LEAST_SIDE = 200  # px of the shorter side of a clip of the ladders
QUALITIES = (18, 23)  # crf of h264
SCALES = (0.75, 1.5)
RATES = (8.0, 12.0, 16.0, 24.0)


@dataclass(frozen=True)
class Rung:
    """Result of a clip with a fault at one step.

    Attributes:
        score: score of the report; None if a required measurement has no value.
        failing: names of the required measures that fail, lowest score first.
    """

    score: float | None
    failing: tuple[str, ...]


@dataclass(frozen=True)
class Ladder:
    """Results of one clip with one fault.

    Attributes:
        clip: name of the clip.
        fault: name of the fault.
        change: mean change of the clip at the fifth step, in grey levels; infinity if the number of
            frames changes.
        rungs: results without the fault and at its five steps.
    """

    clip: str
    fault: str
    change: float
    rungs: tuple[Rung, ...]

    @property
    def scores(self) -> list[float]:
        """Scores, with −1 for a report without one."""
        return [-1.0 if rung.score is None else rung.score for rung in self.rungs]

    @property
    def falls(self) -> bool:
        """True if the score falls as the fault grows."""
        return bool(spearmanr(range(len(self.scores)), self.scores).statistic <= FALLING)

    @property
    def is_seen(self) -> bool:
        """True if the second step has a score that is clearly below the clean one."""
        return self.scores[SEEN_BY] <= self.scores[0] - SEEN

    @property
    def fails(self) -> bool:
        """True if the fifth step fails, and a measure that is made for the fault fails then."""
        return bool(set(self.rungs[-1].failing) & set(CLIP_FAULTS[self.fault].own))

    @property
    def first(self) -> str:
        """The measure that failed first, with its step; "" if none fails that passed before."""
        for step, rung in enumerate(self.rungs):
            failing = [each for each in rung.failing if each not in self.rungs[0].failing]
            if failing:
                return f"{failing[0]} at {step}"
        return ""

    @property
    def right_pairs(self) -> list[bool]:
        """True for each step from the third on that has a lower score than the step before."""
        return [later < earlier for earlier, later in pairwise(self.scores[SEEN_BY:])]


def climb(parts: Iterable[Part]) -> list[Ladder]:
    """Return the ladders of all faults in the clips of some parts, several clips at a time."""
    clips = [clip for clip in CLIPS if clip.part in parts and clip.path.is_file()]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        return [ladder for ladders in pool.map(_ladders_of, clips) for ladder in ladders]


def _ladders_of(clip: Clip) -> list[Ladder]:
    torch.set_num_threads(1)
    drawings = clip.drawings()
    if min(drawings.shape[1:3]) < LEAST_SIDE:
        return []
    rate = clip.fps / clip.drawn_every
    clean = _rung(drawings, rate)
    ladders = []
    for name, fault in CLIP_FAULTS.items():
        planted = [fault.plant(drawings, strength) for strength in fault.strengths]
        change = float("inf")
        if planted[-1].shape == drawings.shape:
            change = 255 * (planted[-1] - drawings).abs().mean().item()
        rungs = (clean, *(_rung(each, rate) for each in planted))
        ladders.append(Ladder(clip.name, name, change, rungs))
    return ladders


def _rung(frames: torch.Tensor, fps: float) -> Rung:
    report = score_clip_quality(frames, fps)
    return Rung(report.score, _failing(report))


def _failing(report: Report) -> tuple[str, ...]:
    failed = [each for each in report.not_passing if each.verdict is Verdict.FAIL]
    return tuple(each.name for each in sorted(failed, key=lambda each: each.score or 0.0))


def alarms(parts: Iterable[Part]) -> dict[str, dict[str, Rung]]:
    """Return the results of the clips that a maker would keep, by clip and variation."""
    clips = [clip for clip in CLIPS if clip.keep and clip.part in parts and clip.path.is_file()]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        return dict(zip((clip.name for clip in clips), pool.map(_alarms_of, clips), strict=True))


def _alarms_of(clip: Clip) -> dict[str, Rung]:
    torch.set_num_threads(1)
    frames = clip.frames()
    variations = {"as it is": (frames, clip.fps)}
    for quality in QUALITIES:
        variations[f"h264, crf {quality}"] = (encoded(frames, quality), clip.fps)
    for scale in SCALES:
        variations[f"{scale * 100:.0f} %"] = (_scaled(frames, scale), clip.fps)
    drawings = clip.drawings()
    for rate in RATES:
        variations[f"{rate:.0f} a second"] = (drawings, rate)
    return {name: _rung(*each) for name, each in variations.items()}


def encoded(frames: torch.Tensor, quality: int) -> torch.Tensor:
    """Return a clip after compression with h264 of constant quality (crf); sides become even."""
    import av

    even = frames[:, : frames.shape[1] // 2 * 2, : frames.shape[2] // 2 * 2]
    file = BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=Fraction(24))
        stream.height, stream.width = even.shape[1:3]
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": str(quality)}
        for pixels in (even * 255).round().byte().numpy():
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        container.mux(stream.encode(None))
    file.seek(0)
    with av.open(file, "r") as container:
        decoded = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return torch.stack([torch.from_numpy(pixels) for pixels in decoded]).float() / 255


def _scaled(frames: torch.Tensor, scale: float) -> torch.Tensor:
    size = tuple(round(side * scale) for side in frames.shape[1:3])
    pictures = interpolate(frames.movedim(-1, 1), size, mode="bicubic", antialias=True)
    return pictures.clamp(0, 1).movedim(1, -1).contiguous()


def summary(ladders: Sequence[Ladder]) -> list[tuple[str, ...]]:
    """Return the rows of a table: for each fault and for all, how many ladders do what they must.

    Returns:
        Rows of fault, number of ladders, those that fall, are seen, and fail, and the share of
        neighbouring steps in the right order.
    """
    rows = []
    for fault in (*CLIP_FAULTS, "all"):
        counted = [
            each for each in ladders if fault in (each.fault, "all") and each.change >= LEAST_CHANGE
        ]
        pairs = [right for each in counted for right in each.right_pairs]
        checks = [
            [each.falls for each in counted],
            [each.is_seen for each in counted],
            [each.fails for each in counted],
            pairs,
        ]
        shares = [f"{100 * sum(each) / max(1, len(each)):.0f} %" for each in checks]
        rows.append((fault, str(len(counted)), *shares))
    return rows
