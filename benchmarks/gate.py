"""Time that a gate adds to a prompt if everything passes, compared with its limit of 5 ms."""

import time
from collections.abc import Callable
from statistics import median

import torch

from ..models.gating.batch import Batch
from ..models.gating.gate import OnFail, OnNotMeasured, decide, decide_frames
from ..models.gating.thresholds import read_thresholds, with_thresholds
from ..models.quality.still.still_measures import MEASURES
from ..models.report import Better, Measure, Measurement, Report, Verdict
from .timing import Comparison, print_table

FRAMES, HEIGHT, WIDTH = 120, 480, 832
ROUNDS = 101
ALLOWED = 5.0  # limit of the median in ms
POLICY = OnFail.BLOCK, OnNotMeasured.REJECT
THRESHOLDS = "noise = 9, banding = 12"


def run() -> None:
    """Time a gate of a whole clip and of single frames; all pass, and no frame may be copied."""
    batch = Batch(
        torch.rand(FRAMES, HEIGHT, WIDTH, 3),
        {"samples": torch.rand(FRAMES, 4, HEIGHT // 8, WIDTH // 8)},
        torch.rand(FRAMES, HEIGHT, WIDTH),
    )
    report = Report("still_quality", tuple(map(_passing, MEASURES)), FRAMES)
    assert report.verdict is Verdict.PASS

    def gate_whole() -> Batch:
        judged = with_thresholds(report, read_thresholds(THRESHOLDS))
        return batch if decide(judged, *POLICY).is_accepted else Batch()

    def gate_by_frame() -> Batch:
        judged = with_thresholds(report, read_thresholds(THRESHOLDS))
        return batch.take(decide_frames(judged, *POLICY).accepted, FRAMES)

    rows = []
    for level, gate in (("batch", gate_whole), ("frame", gate_by_frame)):
        assert gate() is batch, "The gate copied frames."
        times = _milliseconds(gate)
        rows.append((level, FRAMES, len(report.required), median(times), max(times), ALLOWED))
        Comparison(f"gate/{level}", median(times), ALLOWED, "ms").print()
    print_table(("level", "frames", "measurements", "median ms", "maximum ms", "limit ms"), rows)


def _passing(measure: Measure) -> Measurement:
    value = measure.high if measure.better is Better.HIGHER else measure.low
    return measure.measured(value, "no_frames", per_frame=[value] * FRAMES)


def _milliseconds(gate: Callable[[], Batch]) -> list[float]:
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        gate()
        times.append(1000 * (time.perf_counter() - started))
    return times
