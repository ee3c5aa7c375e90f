"""Reports as nodes show them: in the `ui` that ComfyUI sends to browsers and keeps in its history.

ComfyUI sends a node's `ui` as one message. Many websocket clients refuse messages of more than 1
MiB, so a long report is shortened there. The whole report reaches the record of jobs.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from .measurement import Better
from .report import RETRY, Report

# Most bytes of a report as JSON. Beside a report a node shows at most a ranking of 75 kB, so that
# its message stays below 200 kB.
MOST_BYTES = 110_000
LEAST_BYTES = 5  # of a value with its comma and space, such as "0.5, "
DIGITS = 4  # significant digits of the values of a shortened curve
FRAMES = "frames_shown"  # key of a measurement: frames of the values in `per_frame`, if some lack
MOST_MEASUREMENTS = 150  # about 75 kB without curves and details


@dataclass(frozen=True)
class Level:
    """Degree of shortening.

    Attributes:
        points: most values of a curve; None for all.
        of_attempt: most measurements of an attempt of a retry; they are the first that don't pass.
        has_details: False to leave the details of measurements out, except for attempts.
        measurements: most measurements of the report; None for all.
    """

    points: int | None
    of_attempt: int
    has_details: bool = True
    measurements: int | None = None


LEVELS = (
    Level(None, 3),
    Level(256, 3),
    Level(64, 3),
    Level(16, 1, has_details=False),
    Level(0, 0, has_details=False, measurements=MOST_MEASUREMENTS),
)


class UiReport(dict[str, Any]):
    """Report in the `ui` of a node: JSON values, shortened if they are many.

    ComfyUI copies the `ui` of a node as soon as the node has run, and from 0.37 on it shows the
    copy. A Retry End learns its result later, so a copy of this object is the object itself.

    Attributes:
        whole: JSON values of the whole report.
        snapshots: ids of the sets of small pictures of its frames.
    """

    whole: dict[str, Any]
    snapshots: tuple[UUID, ...]

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.show(report)

    def show(self, report: Report) -> None:
        """Show another report from now on."""
        self.whole = report.to_dict()
        self.snapshots = tuple(each.id for each in report.snapshots)
        self.update(shortened(self.whole))

    def __copy__(self) -> "UiReport":
        return self

    def __deepcopy__(self, memo: Any) -> "UiReport":
        return self


def whole_report(value: Any) -> Any:
    """Return the whole report of a `UiReport`; any other value itself."""
    return getattr(value, "whole", value)


def snapshots_of(value: Any) -> tuple[UUID, ...]:
    """Return the ids of the snapshots of a `UiReport`; none for any other value."""
    return value.snapshots if isinstance(value, UiReport) else ()


def flipbooks(report: Report) -> list[dict[str, Any]]:
    """Return where the frames of a report's loop lie in a picture, as JSON values.

    Returns:
        At most one: `set` names the picture for the route, `frames` is the number of the loop's
        frames, `numbers` are the indices of those that are there, `columns` is their number in a
        row.
    """
    layouts = ((each.id, each.flipbook) for each in report.snapshots)
    return [
        {"set": str(set_id), **vars(layout), "numbers": list(layout.numbers)}
        for set_id, layout in layouts
        if layout is not None
    ][:1]


def shortened(report: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON values of a report with at most `MOST_BYTES`; a short report itself.

    The values of curves are rounded, then fewer: each is the worst of the frames that it stands
    for, and the key `frames_shown` says which frames these are. Attempts of a retry keep their
    verdict, their score, and what didn't pass.

    Args:
        report: result of `Report.to_dict`; it isn't changed.
    """
    # Counting the values is much faster than writing them.
    if _values(report) * LEAST_BYTES <= MOST_BYTES and _size(report) <= MOST_BYTES:
        return report
    for level in LEVELS:
        short = _report_at(report, level)
        if _size(short) <= MOST_BYTES:
            break
    return short


def _values(report: Mapping[str, Any]) -> int:
    """Return the number of the values of all curves, with those of a retry's attempts."""
    measurements = report["measurements"]
    attempts = [each for measurement in measurements for each in _attempts(measurement)]
    own = sum(len(measurement["per_frame"]) for measurement in measurements)
    return own + sum(_values(each["report"]) for each in attempts)


def _attempts(measurement: Mapping[str, Any]) -> Sequence[Any]:
    is_retry = measurement["backend"] == RETRY
    return measurement["details"].get("attempts", ()) if is_retry else ()


def _size(report: Mapping[str, Any]) -> int:
    return len(json.dumps(report, ensure_ascii=False).encode())


def _report_at(report: Mapping[str, Any], level: Level) -> dict[str, Any]:
    names = [each["name"] for each in report["measurements"]]
    if level.measurements is not None:
        names = list(dict.fromkeys([*report["deciding"], *names]))[: level.measurements]
    return {
        **report,
        "deciding": [name for name in report["deciding"] if name in names],
        "measurements": [
            _measurement_at(each, level) for each in report["measurements"] if each["name"] in names
        ],
    }


def _measurement_at(measurement: Mapping[str, Any], level: Level) -> dict[str, Any]:
    details = measurement["details"]
    kept_details = dict(details) if level.has_details else {}
    attempts = [
        {**each, "report": _attempt_at(each["report"], level.of_attempt)}
        for each in _attempts(measurement)
    ]
    if attempts:
        kept_details = {**details, "attempts": attempts}
    return {**measurement, **_curve_at(measurement, level.points), "details": kept_details}


def _attempt_at(report: Mapping[str, Any], most: int) -> dict[str, Any]:
    """Return the report of an attempt with the measurements that explain best why it failed."""
    by_name = {each["name"]: each for each in report["measurements"]}
    names = [name for name in report["deciding"] if by_name[name]["verdict"] != "PASS"][:most]
    failing = [{**by_name[name], "per_frame": [], "details": {}} for name in names]
    return {**report, "deciding": names, "measurements": failing}


def _curve_at(measurement: Mapping[str, Any], points: int | None) -> dict[str, Any]:
    """Return the values of a measurement's curve, with their frames if some frames lack."""
    values: Sequence[float | None] = measurement["per_frame"]
    if points is None or len(values) <= points:
        return {"per_frame": [_rounded(each) for each in values]}
    if points == 0:
        return {"per_frame": []}
    better = Better(measurement["better"])
    width = math.ceil(len(values) / points)
    groups = [
        range(start, min(start + width, len(values))) for start in range(0, len(values), width)
    ]
    frames = [_worst_frame(values, group, better) for group in groups]
    return {"per_frame": [_rounded(values[frame]) for frame in frames], FRAMES: frames}


def _worst_frame(values: Sequence[float | None], group: range, better: Better) -> int:
    """Return the frame with the worst value of a group; its first frame if none was measured."""
    measured = {frame: value for frame in group if (value := values[frame]) is not None}
    if not measured:
        return group[0]
    worst = better.worst(measured.values())
    return next(frame for frame, value in measured.items() if value == worst)


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{DIGITS}g}")
