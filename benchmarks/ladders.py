"""Changes of all measures by faults that are planted at six strengths, for docs/ladders.md."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from scipy.stats import spearmanr

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
from .clip_page import clips_section
from .distortions import SPATIAL, Distortion
from .moving_character import moving_character
from .pictures import read_clip, read_picture
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
FIGURES = ("eileen_happy", "sylvie_blue_smile")  # files in `characters` that are moved as clips
BACKGROUND = "backgrounds/bg_uni.jpg"
REAL_CLIPS = ("clips/animatediff_model_01_02.gif", "loops/mobius_vc2_case_3.gif")
WIDTH, HEIGHT = 480, 360  # largest size of a picture in px
MONOTONE = 0.95  # least correlation of a measure that counts as monotone
LEAKS = 0.05  # share of its scale; a fault that changes another measure by more leaks into it

Values = Mapping[str, float | None]
Answer = tuple[float | None, float | None]  # correlation, change as a share of the scale
HEAD = """# Distortion ladders

This page shows which measure answers to which fault. `python quickstart.py bench ladders` writes
it. Each fault is planted at six strengths, and all measures are taken at each strength. A cell has
two figures:

- Spearman's rank correlation of the measure's value with the strength: the mean over the pictures
  or clips. A dash means that the value does not change.
- The change from no fault to the strongest fault, in percent of the measure's scale: the median
  over the pictures or clips.

**Bold** is the measure that is made for the fault. A dagger † means that another fault's measure
changes by more than {leaks:.0f} % of its scale: the fault leaks into it. Below each matrix is a
list of the pictures and clips in which a fault's own measure is not monotone (a correlation under
{monotone}) or is not measured.

Some faults look alike, or hide each other:

- Blur removes resolution, and an enlarged picture is soft. The measures cannot separate the two.
- Strong noise hides ripples beside lines. Blur, JPEG and enlarging look like weak ripples.
- The shadow that has the bands lowers the colourfulness, and overexposure lowers the contrast.
- Where a large figure swings, the drawings at its turning points hardly differ. A drawing that is
  dropped there makes them look held, which counts as `duplicates`.
- A picture that shakes has no even motion, so that `dropped` cannot be measured.
- In none of these clips does anything stay still long enough to measure `boiling`.

The last section has real clips with the faults of generated video.
"""
CLIP_SIDE, CLIP_FRAMES, FPS = 160, 48, 24.0


def run() -> None:
    """Measure all faults, print the matrices, and write them as a page."""
    pictures, clips = _pictures(), _clips()
    stills = [each for each in STILL_MEASURES if each not in LEARNED]
    page = HEAD.format(leaks=LEAKS * 100, monotone=MONOTONE)
    page += _matrix("Stills", SPATIAL, pictures, stills, _values_of_still)
    page += _matrix("Clips", TEMPORAL, clips, CLIP_MEASURES, _values_of_clip)
    page += clips_section()
    PAGE.write_text(page, encoding="utf-8")
    print(f"Wrote the page docs/{PAGE.name}.")


def _matrix(
    title: str,
    faults: Mapping[str, Distortion],
    subjects: Mapping[str, torch.Tensor],
    measures: Sequence[Measure],
    values_of: Callable[[torch.Tensor], Values],
) -> str:
    """Measure all faults with all measures, print the matrix, and return it in Markdown."""
    ladders = {
        fault: {name: _ladder(distortion, each, values_of) for name, each in subjects.items()}
        for fault, distortion in faults.items()
    }
    rows = [
        (
            each.name,
            *(
                _cell(_answer(each, list(ladders[fault].values())), distortion, each)
                for fault, distortion in faults.items()
            ),
        )
        for each in measures
    ]
    print_table((title, *faults), rows)
    by_name = {each.name: each for each in measures}
    lines = [
        f"\n## {title}\n\nMeasured on: {', '.join(subjects)}.\n",
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
        f"- {fault} in {name}: `{distortion.own}` is {exception}."
        for fault, distortion in faults.items()
        for name, ladder in ladders[fault].items()
        if (exception := _exception(by_name[distortion.own], ladder))
    ]
    return "\n".join([*lines, *(exceptions or ["- none."])]) + "\n"


def _exception(measure: Measure, ladder: Sequence[Values]) -> str:
    """Return why a measure isn't monotone for the fault that it is made for; "" if it is."""
    values = [step[measure.name] for step in ladder]
    if None in values:
        absent = [
            "without it" if number == 0 else f"at {number} of 6"
            for number, value in enumerate(values)
            if value is None
        ]
        return f"not measured {', '.join(absent)}"
    correlation, _ = _answer(measure, [ladder])
    if correlation is None:
        return "the same at every strength"
    return f"at {correlation:+.2f}" if abs(correlation) < MONOTONE else ""


def _values_of_still(frames: torch.Tensor) -> Values:
    return {name: number_of(each) for name, each in measure_picture(frames[0]).items()}


def _values_of_clip(frames: torch.Tensor) -> Values:
    report = score_clip_quality(frames, FPS)
    return {each.name: each.value for each in report.measurements}


def _ladder(
    distortion: Distortion, frames: torch.Tensor, values_of: Callable[[torch.Tensor], Values]
) -> list[Values]:
    """Return the values of all measures: without the fault, then at each of its strengths."""
    strengths = (distortion.none, *distortion.strengths)
    return [values_of(distortion.plant(frames, strength)) for strength in strengths]


def _answer(measure: Measure, ladders: Sequence[Sequence[Values]]) -> Answer:
    """Return correlation and change of a measure over the ladders of all pictures or clips."""
    correlations, changes = [], []
    for ladder in ladders:
        step_values = enumerate(step[measure.name] for step in ladder)
        measured = [(number, value) for number, value in step_values if value is not None]
        if len(measured) < 3 or measured[0][0] != 0:
            continue
        numbers, values = (np.array(column, float) for column in zip(*measured, strict=True))
        on_scale = values.clip(measure.low, measure.high)
        changes.append((on_scale[-1] - on_scale[0]) / (measure.high - measure.low))
        if np.ptp(values) > 1e-6 * (measure.high - measure.low):
            correlations.append(spearmanr(numbers, values).statistic)
    correlation = float(np.mean(correlations)) if correlations else None
    return correlation, float(np.median(changes)) if changes else None


def _cell(answer: Answer, distortion: Distortion, measure: Measure) -> str:
    correlation, change = answer
    if change is None:
        return "not measured"
    text = f"{'–' if correlation is None else f'{correlation:+.2f}'} {change * 100:+.0f} %"
    if measure.name == distortion.own:
        return f"**{text}**"
    return f"{text} †" if abs(change) > LEAKS else text


def _pictures() -> dict[str, torch.Tensor]:
    """Return the sample character, and the shared pictures if they are there, by name."""
    pictures = {"sample character": draw_clip(2, WIDTH, HEIGHT, 2, character=0, seed=1)[:1]}
    for name in FILES:
        path = ASSETS / name
        if path.is_file():
            pictures[Path(name).stem] = read_picture(path)[:, :HEIGHT, :WIDTH].contiguous()
    return pictures


def _clips() -> dict[str, torch.Tensor]:
    """Return two sample clips, and the shared figures and clips if they are there, by name."""
    clips = {
        f"sample character {number}": draw_clip(
            CLIP_FRAMES, CLIP_SIDE, CLIP_SIDE, 24, character=number, seed=1
        )
        for number in (0, 2)
    }
    for name in FIGURES:
        path = ASSETS / "characters" / f"{name}.png"
        if path.is_file():
            clips[f"{name}, swaying"] = moving_character(
                path, ASSETS / BACKGROUND, CLIP_FRAMES, CLIP_SIDE
            )
    for name in REAL_CLIPS:
        if (ASSETS / name).is_file():
            clips[f"{Path(name).stem}, forth and back"] = _forth_and_back(ASSETS / name)
    return clips


def _forth_and_back(path: Path) -> torch.Tensor:
    """Return a clip's drawings without its held frames, played forwards, backwards, forwards."""
    clip = read_clip(path)
    drawings = clip[list(hold_pattern(STRUCTURAL_BACKEND.steps(clip)[:-1]).drawings)]
    return torch.cat([drawings, drawings[1:-1].flip(0), drawings])
