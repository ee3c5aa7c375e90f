"""Share of pairs of takes that scores put in the right order, for docs/ranking.md."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import torch
from torch.nn.functional import interpolate

from ..models.character.character_score import score_characters
from ..models.character.declaration import Resources
from ..models.character.detection import IdentityModel
from ..models.character.identity import WITHOUT_WEIGHTS, choose_identity_model
from ..models.character.registry import FOLDERS
from ..models.character.sheet import Character, make_character
from ..models.loop.seam import score_loop
from ..models.quality.compare.comparison import compare_pictures
from ..models.quality.compare.pairs import paired
from ..models.quality.still.still_quality import score_still_quality
from ..models.report import Report, Verdict
from ..models.sample.sample_clip import draw_clip
from .character_distortions import character_faults
from .distortions import GREY_LEVELS, SPATIAL, Distortion
from .loop_distortions import SEAM
from .pictures import read_clip, read_picture
from .timing import print_table

PAGE = Path(__file__).resolve().parents[1] / "docs" / "ranking.md"
ASSETS = Path(__file__).resolve().parents[2] / "shared" / "assets"
WIDTH, HEIGHT = 480, 360  # largest size of a picture in px
SIDE, FRAMES, FPS = 160, 24, 12.0  # side in px, frames and frame rate of a loop
LEAST_FRAMES = 12  # of a loop, as up to six frames are left out
LEAST_GROWTH = 1.0  # grey levels on average; a planting that grows by less is counted apart
MISSING = "missing drawings"
SAMPLES = range(4)  # the sample characters
FIRST = 1  # index of the weakest strength that is compared with the next: the second
ENOUGH = 0.97  # share of pairs in the right order that is aimed at

HEAD = """# Ranking

This page shows how well scores rank takes. `python quickstart.py bench ranking` writes it. Each
fault is planted into a picture or clip at six strengths, and each result is scored. A pair is two
neighbouring strengths of one fault in one picture or clip, from the second strength on. It is in
the right order if the stronger fault has the lower score; equal scores are wrong. The aim is
{enough:.0f} % of the pairs.

*Clean* is the range of the scores without a fault, *strongest* the range at the sixth strength. A
picture or clip that does not pass when it is clean is left out and named below its table. Scores
are those of the profile `supporting`; [Measures](measures.md#how-a-score-is-made) says how a
score is made.

Where pairs are in the wrong order, these are the causes that are known:

- Where much light is lost, the noise of a picture is lost with it, so that more light scores
  better again.
- Tones in steps of 24 grey levels can happen to lie nearer to a picture's own colours than steps
  of 16.
- Of a covered figure only the visible part is compared, and the head is more like the references
  than the whole. A part of another character's picture can hide the figure, so that nothing is
  measured.
- Leaving drawings out at the seam is no growing fault where the motion swings: an earlier drawing
  can be nearer to the first one. A pair is counted apart if the step at the seam grows by less
  than one grey level on average.
- A camera that turns back also makes motion that is easier to follow, which `continuity` rewards.
"""

Scorer = Callable[[torch.Tensor], Report]


@dataclass(frozen=True)
class Subject:
    """A clean picture or clip, the function that scores it, and its faults.

    Attributes:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        score: function from frames to their report.
        faults: faults to plant, by name.
        sizes: for faults that may not grow in this clip, functions from frames to the size of the
            planted fault in grey levels.
    """

    frames: torch.Tensor
    score: Scorer
    faults: Mapping[str, Distortion]
    sizes: Mapping[str, Callable[[torch.Tensor], float]] = field(default_factory=dict)

    def ladder(self, name: str) -> "Ladder":
        """Return the reports without a fault and at each of its strengths."""
        fault = self.faults[name]
        planted = [fault.plant(self.frames, each) for each in (fault.none, *fault.strengths)]
        sizes = [self.sizes[name](each) for each in planted] if name in self.sizes else []
        return Ladder(tuple(map(self.score, planted)), tuple(sizes))


@dataclass(frozen=True)
class Ladder:
    """Reports on a picture or clip with a growing fault.

    Attributes:
        reports: reports without the fault, then at each strength.
        sizes: size of the planted fault in grey levels beside each report; empty if it always
            grows.
    """

    reports: tuple[Report, ...]
    sizes: tuple[float, ...] = ()

    @property
    def pairs(self) -> list[int]:
        """Indices of the weaker strength of the pairs in which the planted fault grows."""
        return [
            index
            for index in range(FIRST, len(self.reports) - 2)
            if not self.sizes or self.sizes[index + 2] - self.sizes[index + 1] >= LEAST_GROWTH
        ]

    @property
    def apart(self) -> list[int]:
        """Indices of the pairs in which the planted fault hardly grows."""
        return [index for index in range(FIRST, len(self.reports) - 2) if index not in self.pairs]

    def is_right(self, index: int) -> bool:
        """Return True if the stronger fault of a pair has the lower score."""
        weaker, stronger = (each.score for each in self.reports[index + 1 : index + 3])
        return weaker is not None and stronger is not None and stronger < weaker


Ladders = Mapping[str, Mapping[str, Ladder]]  # by subject and fault


def run() -> None:
    """Score all ladders, print the tables, and write them as a page."""
    page = HEAD.format(enough=100 * ENOUGH)
    for title, subjects in families().items():
        ladders = {
            name: {fault: subject.ladder(fault) for fault in subject.faults}
            for name, subject in subjects.items()
            if subject.score(subject.frames).verdict is Verdict.PASS
        }
        left_out = [name for name in subjects if name not in ladders]
        page += _section(title, ladders, next(iter(subjects.values())).faults, left_out)
    PAGE.write_text(page, encoding="utf-8")
    print(f"Wrote the page docs/{PAGE.name}.")


def families() -> dict[str, dict[str, Subject]]:
    """Return the subjects of each family of measures, by title and name."""
    pictures = clean_pictures()
    return {
        "Stills": {
            name: Subject(each, score_still_quality, SPATIAL) for name, each in pictures.items()
        },
        "Comparisons": {
            name: Subject(each, partial(_compared, reference=each), SPATIAL)
            for name, each in pictures.items()
        },
        "Characters": character_subjects(),
        "Loops": {
            name: Subject(each, partial(score_loop, fps=FPS), SEAM, {MISSING: _seam_size})
            for name, each in clean_loops().items()
        },
    }


def clean_pictures() -> dict[str, torch.Tensor]:
    """Return sample characters, and the shared characters and backgrounds if they are there."""
    pictures = {
        f"sample character {number}": draw_clip(2, WIDTH, HEIGHT, 2, number, seed=1)[:1]
        for number in SAMPLES
    }
    for path in _files("characters", "backgrounds"):
        pictures[path.stem] = read_picture(path)[:, :HEIGHT, :WIDTH].contiguous()
    return pictures


def clean_loops() -> dict[str, torch.Tensor]:
    """Return loops of the sample characters, and the shared loops that are long enough."""
    loops = {
        f"sample character {number}": draw_clip(FRAMES, SIDE, SIDE, FRAMES, number, seed=1)
        for number in SAMPLES
    }
    for path in _files("loops"):
        clip = read_clip(path)
        if len(clip) >= LEAST_FRAMES:
            loops[path.stem] = _small(clip)
    return loops


def character_subjects() -> dict[str, Subject]:
    """Return pictures of characters, each scored by a sheet of other pictures of the character.

    A picture of another character is faded in; the sheets have no picture that is scored.
    """
    model = choose_identity_model(
        WITHOUT_WEIGHTS, Resources({folder: {} for folder in FOLDERS}, torch.device("cpu"))
    )
    drawn = {
        f"sample character {number}": list(draw_clip(4, WIDTH, HEIGHT, 4, number, 1).split(1))
        for number in SAMPLES
    }
    for path in _files("characters"):
        name = path.stem.partition("_")[0]
        drawn.setdefault(name, []).append(read_picture(path)[:, :HEIGHT, :WIDTH].contiguous())
    names = list(drawn)
    subjects = {}
    for name, pictures in drawn.items():
        stranger = drawn[names[names.index(name) - 1]][0]
        scored = pictures[:1] if name.startswith("sample") else pictures  # drawings hardly differ
        for number, picture in enumerate(scored):
            references = torch.cat([*pictures[:number], *pictures[number + 1 :]])
            character, _ = make_character(name, references, model)
            score = partial(_scored, character=character, model=model)
            label = name if len(scored) == 1 else f"{name} {number + 1}"
            subjects[label] = Subject(picture, score, character_faults(stranger))
    return subjects


def _compared(frames: torch.Tensor, reference: torch.Tensor) -> Report:
    return compare_pictures(paired(frames, reference))


def _scored(frames: torch.Tensor, character: Character, model: IdentityModel) -> Report:
    return score_characters(frames, [character], model).report


def _seam_size(frames: torch.Tensor) -> float:
    """Return the mean difference of the last frame and the first in grey levels."""
    return GREY_LEVELS * (frames[-1] - frames[0]).abs().mean().item()


def _files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in ASSETS.glob(f"{folder}/*.*"))


def _small(clip: torch.Tensor) -> torch.Tensor:
    """Return a clip whose longer side has at most `SIDE` px."""
    scale = min(1.0, SIDE / max(clip.shape[1:3]))
    if scale == 1.0:
        return clip
    size = [round(scale * length) for length in clip.shape[1:3]]
    pictures = interpolate(clip.movedim(-1, 1), size, mode="bilinear", antialias=True)
    return pictures.clamp(0, 1).movedim(1, -1).contiguous()


def _section(
    title: str, ladders: Ladders, faults: Mapping[str, Distortion], left_out: Sequence[str]
) -> str:
    """Print the table of a family, and return it in Markdown with the pairs in a wrong order."""
    rows, wrong = [], []
    all_right = all_pairs = 0
    for fault, distortion in faults.items():
        column = {name: ladder[fault] for name, ladder in ladders.items()}
        pairs = sum(len(each.pairs) for each in column.values())
        wrong_here = [
            f"- {fault} in {name}: {_step(distortion, index, ladder)}."
            for name, ladder in column.items()
            for index in ladder.pairs
            if not ladder.is_right(index)
        ]
        apart = [each.is_right(index) for each in column.values() for index in each.apart]
        right = pairs - len(wrong_here)
        clean, strongest = (
            _range([each.reports[place] for each in column.values()]) for place in (0, -1)
        )
        counts = f"{right} of {pairs}"
        if apart:
            counts += f"; apart: {sum(apart)} of {len(apart)}"
        strengths = ", ".join(f"{each:g}" for each in distortion.strengths)
        rows.append((fault, f"{strengths} {distortion.unit}", counts, clean, strongest))
        wrong += wrong_here
        all_right, all_pairs = all_right + right, all_pairs + pairs
    share = f"{100 * all_right / max(all_pairs, 1):.1f} %"
    rows.append(("all", "", f"{all_right} of {all_pairs}: {share}", "", ""))
    columns = (title, "strengths", "pairs in the right order", "clean", "strongest")
    print_table(columns, rows)
    lines = [
        f"\n## {title}\n\nMeasured on: {', '.join(ladders)}.\n",
        f"| fault | {' | '.join(columns[1:])} |",
        f"| --- |{' --- |' * (len(columns) - 1)}",
        *(f"| {' | '.join(row)} |" for row in rows),
        "\nIn the wrong order:\n",
        *(wrong or ["- none."]),
    ]
    if left_out:
        lines.append(
            f"\nLeft out, because they do not pass without a fault: {', '.join(left_out)}."
        )
    return "\n".join(lines) + "\n"


def _step(distortion: Distortion, index: int, ladder: Ladder) -> str:
    """Return the two strengths of a pair with their scores."""
    parts = [
        f"{strength:g} scores {'nothing' if report.score is None else f'{report.score:.4g}'}"
        for strength, report in zip(
            distortion.strengths[index : index + 2],
            ladder.reports[index + 1 : index + 3],
            strict=True,
        )
    ]
    return ", ".join(parts)


def _range(reports: Sequence[Report]) -> str:
    scores = sorted(each.score for each in reports if each.score is not None)
    return f"{scores[0]:.1f}–{scores[-1]:.1f}" if scores else "no score"
