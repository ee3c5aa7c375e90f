"""Is a still clean: sharp, of its full resolution, without noise, bands, blocks; and not blank?"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import torch

from ...frames import Absence, InputError, unmeasurable
from ...image_ops.luma import luma
from ...report import Better, Measure, Measurement, Report, Verdict, WorstFrame
from ..sharpness import edge_width
from .banding import banding
from .blocks import blockiness
from .borders import border_share, content_share
from .colourfulness import colourfulness
from .direction import blur_direction
from .dither import is_dithered
from .exposure import clipped_share, contrast, crushed_share
from .learned import NOT_INSTALLED, Learned, why_failed
from .measures import (
    ANIME_AESTHETIC,
    ANIME_COMPLETENESS,
    BANDING,
    BLOCKINESS,
    BLUR_DIRECTION,
    BORDERS,
    CLIPPED,
    COLOURFULNESS,
    CONTENT,
    CONTRAST,
    CRUSHED,
    EDGE_WIDTH,
    LEARNED,
    MEASURES,
    NOISE,
    PIQE,
    RESOLUTION,
    RINGING,
)
from .noise import noise
from .piqe import piqe
from .resolution import resolution
from .ringing import ringing

SUBJECT = "still_quality"
Values = dict[str, float | None]

# Codes of a value that passes, or has no threshold, and of one that fails.
REASONS_OF: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        EDGE_WIDTH.name: ("sharp_lines", "soft_lines"),
        RESOLUTION.name: ("full_resolution", "enlarged"),
        NOISE.name: ("low_noise", "noisy"),
        BANDING.name: ("no_bands", "banded"),
        BLOCKINESS.name: ("no_blocks", "blocky"),
        CLIPPED.name: ("light_kept", "light_clipped"),
        CRUSHED.name: ("dark_kept", "dark_crushed"),
        CONTENT.name: ("has_content", "nearly_blank"),
        BORDERS.name: ("no_borders", "has_borders"),
        BLUR_DIRECTION.name: ("blur_all_round", "blur_all_round"),
        RINGING.name: ("ripples", "ripples"),
        CONTRAST.name: ("light_range", "light_range"),
        COLOURFULNESS.name: ("colourful", "colourful"),
        PIQE.name: ("piqe_value", "piqe_value"),
        ANIME_AESTHETIC.name: ("looks_rated", "looks_rated"),
        ANIME_COMPLETENESS.name: ("looks_finished", "looks_finished"),
    }
)
# Why a picture can lack a value.
ABSENCE_OF: Mapping[str, str] = MappingProxyType(
    {
        EDGE_WIDTH.name: "no_lines",
        RESOLUTION.name: "no_detail_to_resolve",
        NOISE.name: "only_clipped",
        BLUR_DIRECTION.name: "no_directions",
        RINGING.name: "nothing_beside_lines",
        PIQE.name: "all_black",
    }
)
# Edges of one direction this many times as wide as another's: motion, where the widest are soft.
MOTION = 1.8
ANGLE = "blur_angle"
# What a dither hides, or is taken for; where it is too faint for that, they are what they are.
HIDDEN_BY_DITHER = (NOISE.name, RESOLUTION.name, RINGING.name, BLOCKINESS.name)
DITHERED = "dithered"  # the reason, and the key of the picture's values that says so

OF_A_PICTURE: Mapping[str, Callable[[torch.Tensor, torch.Tensor], float | None]] = MappingProxyType(
    {
        EDGE_WIDTH.name: lambda frame, grey: edge_width(frame[None])[0],
        RESOLUTION.name: lambda frame, grey: resolution(grey),
        NOISE.name: lambda frame, grey: noise(grey),
        BANDING.name: lambda frame, grey: banding(grey),
        BLOCKINESS.name: lambda frame, grey: blockiness(grey),
        CLIPPED.name: lambda frame, grey: clipped_share(frame),
        CRUSHED.name: lambda frame, grey: crushed_share(frame),
        CONTENT.name: lambda frame, grey: content_share(frame),
        BORDERS.name: lambda frame, grey: border_share(frame),
        RINGING.name: lambda frame, grey: ringing(grey),
        CONTRAST.name: lambda frame, grey: contrast(grey),
        COLOURFULNESS.name: lambda frame, grey: colourfulness(frame),
        PIQE.name: lambda frame, grey: piqe(frame),
    }
)
"""What measures one picture without weights, from the frame and its brightness, by name."""


def values_of(frame: torch.Tensor, names: Iterable[str]) -> Values:
    """Some of what is measured of one picture.

    Args:
        frame: RGB in 0–1, shape (height, width, 3), at least 16 a side.
        names: of the measures, keys of `OF_A_PICTURE`.

    Returns:
        By name of the measure, None where it has no value; and whether it is `DITHERED`, 1 or 0.
    """
    grey = luma(frame)
    strength = noise(grey)
    dithered = is_dithered(frame, strength)
    values: Values = {}
    for name in names:
        if dithered and name in HIDDEN_BY_DITHER:
            values[name] = None
        else:
            values[name] = strength if name == NOISE.name else OF_A_PICTURE[name](frame, grey)
    return {**values, DITHERED: float(dithered)}


def absence_of(name: str, pictures: Sequence[Values]) -> Absence:
    """Why none of some pictures has a value."""
    dithered = any(picture[DITHERED] for picture in pictures)
    return Absence(DITHERED if dithered and name in HIDDEN_BY_DITHER else ABSENCE_OF[name])


def measure_picture(frame: torch.Tensor) -> Values:
    """Everything that is measured of one picture without weights.

    Args:
        frame: RGB in 0–1, shape (height, width, 3), at least 16 a side.

    Returns:
        As `values_of`, of all measures, and the direction of the blur.
    """
    direction = blur_direction(luma(frame))
    share, angle = (None, None) if direction is None else direction
    return {**values_of(frame, OF_A_PICTURE), BLUR_DIRECTION.name: share, ANGLE: angle}


def score_still_quality(
    frames: torch.Tensor,
    measures: Sequence[Measure] = MEASURES,
    learned: Learned = NOT_INSTALLED,
    device: torch.device | str | None = None,
    report_progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Score how clean pictures are, each for itself.

    A measurement's value is that of its worst picture, as a person who checks a batch wants to see
    the one that is broken; the mean stands in its details. Only one picture at a time is on
    `device`, and each is measured alone: neither the order nor the number of the others changes its
    values.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3), any device.
        measures: `MEASURES`, as a profile wants them.
        learned: networks that are installed; one that fails is left out, with a reason.
        device: where to measure; None: where the frames are.
        report_progress: called with (pictures done, pictures in all); may raise to stop.

    Returns:
        A report of subject `still_quality`; its worst frame is that of the required measurement
        with the lowest score.
    """
    absence = unmeasurable(frames)
    if absence is not None:
        parts = tuple(measure.absent(absence) for measure in measures)
        return Report(SUBJECT, parts, len(frames))
    pictures: list[Values] = []
    unusable = dict(learned.unusable)
    for number, frame in enumerate(frames):
        picture = frame if device is None else frame.to(device)
        values = measure_picture(picture)
        for network in (each for each in learned.ready if each.name not in unusable):
            try:
                values[network.name] = network.value(picture)
            except InputError as error:  # only running it shows what it gives
                unusable[network.name] = why_failed(network.classifier, error)
        pictures.append(values)
        if report_progress is not None:
            report_progress(number + 1, len(frames))
    parts = tuple(
        measure.absent(unusable[measure.name])
        if measure.name in unusable
        else _measurement(measure, pictures)
        for measure in measures
    )
    return Report(SUBJECT, parts, len(frames), worst=_worst(parts))


def _measurement(measure: Measure, pictures: Sequence[Values]) -> Measurement:
    name = measure.name
    if name not in pictures[0]:
        return _not_installed(measure)
    values = [picture[name] for picture in pictures]
    known = [value for value in values if value is not None]
    if not known:
        return measure.absent(absence_of(name, pictures), values)
    worst = min(known) if measure.better is Better.HIGHER else max(known)
    frame = values.index(worst)
    details: dict[str, Any] = {"mean": sum(known) / len(known), "worst_frame": frame}
    said: dict[str, Any] = {
        "value": _short(worst),
        "width": _short(worst),
        "percent": _short(worst * 100),
    }
    good, bad = REASONS_OF[name]
    if name == BLUR_DIRECTION.name:
        width, angle = pictures[frame][EDGE_WIDTH.name], pictures[frame][ANGLE]
        details["angle"] = angle
        if worst >= MOTION and width is not None:
            said.update(angle=angle, ratio=said["value"], width=_short(width * worst))
            good = bad = "motion_blurred"
    measured = measure.measured(worst, good, said, values, details)
    if measured.verdict is Verdict.FAIL and bad != good:
        measured = measure.measured(worst, bad, said, values, details)
    return measured


def _not_installed(measure: Measure) -> Measurement:
    """A learned measure without its weights."""
    assert measure.name in {each.name for each in LEARNED}
    return measure.absent(Absence("still_weights_absent", {"folder": measure.name}))


def _short(value: float) -> float:
    return float(f"{value:.3g}")


def _worst(measurements: Sequence[Measurement]) -> WorstFrame | None:
    """The worst picture of the required measurement with the lowest score."""
    scored = [each for each in measurements if each.required and each.score is not None]
    if not scored:
        return None
    lowest = min(scored, key=lambda each: each.score or 0.0)
    return WorstFrame(int(lowest.details["worst_frame"]), lowest.reason_code, lowest.reason)
