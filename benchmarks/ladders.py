"""Which measure answers to which fault: faults of six strengths against all measures."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageSequence

from ..models.frames import as_frames
from ..models.holds import hold_pattern
from ..models.measure import number_of
from ..models.perceptual.structural import STRUCTURAL_BACKEND
from ..models.quality.clip_measures import MEASURES as CLIP_MEASURES
from ..models.quality.clip_quality import score_clip_quality
from ..models.quality.still.learned import LEARNED
from ..models.quality.still.still_measures import MEASURES as STILL_MEASURES
from ..models.quality.still.still_quality import measure_picture
from ..models.report import Measure
from ..models.sample.sample_clip import draw_clip
from .distortions import SPATIAL, Distortion
from .moving_character import moving_character
from .temporal_distortions import TEMPORAL
from .timing import print_table

PAGE = Path(__file__).resolve().parents[1] / "docs" / "ladders.md"
ASSETS = Path(__file__).resolve().parents[2] / "shared" / "assets"
FILES = (
    "characters/sylvie_blue_smile.png",
    "characters/eileen_happy.png",
    "backgrounds/bg_uni.jpg",
    "loops/mobius_vc2_case_1.gif",
    "clips/animatediff_model_01_01.gif",
)
FIGURES = ("eileen_happy", "sylvie_blue_smile")  # of `characters`, in motion
BACKGROUND = "backgrounds/bg_uni.jpg"
REAL = ("clips/animatediff_model_01_02.gif", "loops/mobius_vc2_case_3.gif")
WIDTH, HEIGHT = 480, 360  # of each picture, at most
MONOTONE = 0.95
LEAKS = 0.05  # of its scale: a measure of another fault that moves further leaks

Values = Mapping[str, float | None]
Answer = tuple[float | None, float | None]  # correlation, change in shares of the scale
HEAD = """# Distortion ladders

Written by `python quickstart.py bench ladders`. Each fault is planted at six strengths. A cell
says how a measure answers: Spearman's rank correlation of its value with the strength (mean over
the pictures or clips; –: it doesn't move), and how far the strongest fault moves it, in percent of
the measure's scale (median). **Bold**: the fault's own measure. A dagger: another fault's measure
that moves by more than {leaks:.0f} % of its scale: it leaks. Below each matrix stands where a
fault's own measure isn't monotone (a correlation under {monotone}), or can't be told.

A blur takes resolution away, and a picture made larger is soft: those two can't be told apart.
Strong noise hides ripples beside lines; blur, JPEG and enlarging feign some. The shadow that
carries the bands takes colour away, overexposure contrast. Where a large figure swings, the
drawings at its turn hardly differ: a drawing dropped there makes them read as held, which counts as
`duplicates`. A picture that shakes has no even motion to tell `dropped` from. In none of these
clips something stays still long enough for `boiling`.
"""
CLIP_SIDE, CLIP_FRAMES, FPS = 160, 48, 24.0


def run() -> None:
    """Measure, print the matrices, and write them as a page."""
    pictures, clips = _pictures(), _clips()
    stills = [each for each in STILL_MEASURES if each not in LEARNED]
    page = HEAD.format(leaks=LEAKS * 100, monotone=MONOTONE)
    page += _matrix("Stills", SPATIAL, pictures, stills, _values_of_still)
    page += _matrix("Clips", TEMPORAL, clips, CLIP_MEASURES, _values_of_clip)
    PAGE.write_text(page, encoding="utf-8")
    print(f"Written to {PAGE.name}.")


def _matrix(
    title: str,
    faults: Mapping[str, Distortion],
    subjects: Mapping[str, torch.Tensor],
    measures: Sequence[Measure],
    values_of: Callable[[torch.Tensor], Values],
) -> str:
    """Measure all faults against all measures; print what comes out and return it in Markdown."""
    climbed = {
        fault: {name: _climb(distortion, each, values_of) for name, each in subjects.items()}
        for fault, distortion in faults.items()
    }
    rows = [
        (
            each.name,
            *(
                _cell(_answer(each, list(climbed[fault].values())), distortion, each)
                for fault, distortion in faults.items()
            ),
        )
        for each in measures
    ]
    print_table((title, *faults), rows)
    by_name = {each.name: each for each in measures}
    lines = [
        f"\n## {title}\n\nOf: {', '.join(subjects)}.\n",
        "| fault | strengths |\n| --- | --- |",
        *(
            f"| {fault} | {', '.join(f'{s:g}' for s in each.strengths)} {each.unit} |"
            for fault, each in faults.items()
        ),
        f"\n| measure | {' | '.join(faults)} |",
        f"| --- |{' --- |' * len(faults)}",
        *(f"| {' | '.join(row)} |" for row in rows),
        "\nNot monotone, or not measured:\n",
    ]
    exceptions = [
        f"- {fault} in {name}: `{distortion.own}` is {said}."
        for fault, distortion in faults.items()
        for name, ladder in climbed[fault].items()
        if (said := _exception(by_name[distortion.own], ladder))
    ]
    return "\n".join([*lines, *(exceptions or ["- none."])]) + "\n"


def _exception(measure: Measure, ladder: Sequence[Values]) -> str:
    """What is wrong with how a measure follows its own fault; empty where nothing is."""
    found = [values[measure.name] for values in ladder]
    if None in found:
        absent = ["without it" if not place else f"at {place} of 6" for place in _absent(found)]
        return f"not measured {', '.join(absent)}"
    correlation, _ = _answer(measure, [ladder])
    if correlation is None:
        return "the same at every strength"
    return f"at {correlation:+.2f}" if abs(correlation) < MONOTONE else ""


def _absent(found: Sequence[float | None]) -> list[int]:
    return [place for place, value in enumerate(found) if value is None]


def _values_of_still(frames: torch.Tensor) -> Values:
    return {name: number_of(each) for name, each in measure_picture(frames[0]).items()}


def _values_of_clip(frames: torch.Tensor) -> Values:
    report = score_clip_quality(frames, FPS)
    return {each.name: each.value for each in report.measurements}


def _climb(
    distortion: Distortion, frames: torch.Tensor, values_of: Callable[[torch.Tensor], Values]
) -> list[Values]:
    """What is measured from none of a fault to the strongest of it."""
    strengths = (distortion.none, *distortion.strengths)
    return [values_of(distortion.plant(frames, strength)) for strength in strengths]


def _answer(measure: Measure, ladders: Sequence[Sequence[Values]]) -> Answer:
    correlations, changes = [], []
    for ladder in ladders:
        found = [values[measure.name] for values in ladder]
        known = [(place, value) for place, value in enumerate(found) if value is not None]
        if len(known) < 3 or known[0][0] != 0:
            continue
        places, values = (np.array(column, float) for column in zip(*known, strict=True))
        inside = values.clip(measure.low, measure.high)
        changes.append((inside[-1] - inside[0]) / (measure.high - measure.low))
        if np.ptp(values) > 1e-6 * (measure.high - measure.low):
            correlations.append(np.corrcoef(_ranks(places), _ranks(values))[0, 1])
    correlation = float(np.mean(correlations)) if correlations else None
    return correlation, float(np.median(changes)) if changes else None


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks, the mean of those that equal values share."""
    lower = (values[None] < values[:, None]).sum(axis=1)
    equal = (values[None] == values[:, None]).sum(axis=1)
    return lower + (equal - 1) / 2


def _cell(answer: Answer, distortion: Distortion, measure: Measure) -> str:
    correlation, change = answer
    if change is None:
        return "not measured"
    said = f"{'–' if correlation is None else f'{correlation:+.2f}'} {change * 100:+.0f} %"
    if measure.name == distortion.own:
        return f"**{said}**"
    return f"{said} †" if abs(change) > LEAKS else said


def _pictures() -> dict[str, torch.Tensor]:
    """The sample character, and the test bench's drawings and frames where they are."""
    found = {"sample character": draw_clip(2, WIDTH, HEIGHT, 2, character=0, seed=1)[:1]}
    for name in FILES:
        path = ASSETS / name
        if path.is_file():
            with Image.open(path) as image:
                pixels = np.asarray(image.convert("RGBA" if "A" in image.getbands() else "RGB"))
            frames = as_frames(torch.from_numpy(pixels.copy()).float()[None] / 255)
            found[Path(name).stem] = frames[:, :HEIGHT, :WIDTH].contiguous()
    return found


def _clips() -> dict[str, torch.Tensor]:
    """Two of the sample's characters in motion; the test bench's, and its clips, where they are."""
    found = {
        f"sample character {number}": draw_clip(
            CLIP_FRAMES, CLIP_SIDE, CLIP_SIDE, 24, character=number, seed=1
        )
        for number in (0, 2)
    }
    for name in FIGURES:
        path = ASSETS / "characters" / f"{name}.png"
        if path.is_file():
            found[f"{name}, swaying"] = moving_character(
                path, ASSETS / BACKGROUND, CLIP_FRAMES, CLIP_SIDE
            )
    for name in REAL:
        if (ASSETS / name).is_file():
            found[f"{Path(name).stem}, forth and back"] = _there_and_back(ASSETS / name)
    return found


def _there_and_back(path: Path) -> torch.Tensor:
    """A clip's drawings, without those that are held, played until there are enough."""
    with Image.open(path) as image:
        frames = [np.asarray(each.convert("RGB")) for each in ImageSequence.Iterator(image)]
    clip = torch.from_numpy(np.stack(frames)).float() / 255
    drawn = clip[list(hold_pattern(STRUCTURAL_BACKEND.steps(clip)[:-1]).drawings)]
    return torch.cat([drawn, drawn[1:-1].flip(0), drawn])
