"""Nobody in the references, nobody in the frames: a reason, with every detector and embedder."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import torch
import torch.nn.functional as functional

from anime_production.models.character.appearance import Presence
from anime_production.models.character.better_detector import all_codes
from anime_production.models.character.character_in_clip import CharacterInClip
from anime_production.models.character.character_score import CharacterResult, score_characters
from anime_production.models.character.consistency import subject_consistency
from anime_production.models.character.declaration import Resources
from anime_production.models.character.detection import IdentityModel
from anime_production.models.character.detections import detect_people
from anime_production.models.character.drift import drift, drift_slope
from anime_production.models.character.identity import IdentityChoice, choose_identity_model
from anime_production.models.character.library import load_character, save_character
from anime_production.models.character.pictures import contact_sheet, overlay
from anime_production.models.character.registry import DETECTORS
from anime_production.models.character.sheet import Character, make_character
from anime_production.models.character.storage import pack, unpack
from anime_production.models.character.tracks import track_people
from anime_production.models.frames import Absence
from anime_production.models.report import Report, Verdict

from .installed import CHOICES, Remembering, install, somebody_for
from .keepsakes import assert_same

# Of scikit-image, about how the package insightface calls it at each face.
pytestmark = pytest.mark.filterwarnings("ignore:`estimate` is deprecated:FutureWarning")
NO_REFERENCE = all_codes("no_reference")
PASS, NOT_MEASURED = Verdict.PASS, Verdict.NOT_MEASURED


def blank(picture: torch.Tensor, count: int) -> torch.Tensor:
    return torch.full_like(picture, 0.5).repeat(count, 1, 1, 1)


def tiny(picture: torch.Tensor) -> torch.Tensor:
    """The same person, smaller than any that is compared."""
    small = functional.interpolate(picture.movedim(-1, 1), size=(30, 20), mode="area")
    return small.movedim(1, -1)


def broken(picture: torch.Tensor) -> torch.Tensor:
    spoilt = picture.clone()
    spoilt[0, 3, 3, 0] = torch.nan
    return torch.cat([picture, spoilt])


# Frames made from a picture of somebody, by what they show; what they come to as a clip that is
# compared with that person.
FRAMES = {
    "everybody": lambda p: p.repeat(3, 1, 1, 1),
    "nobody": lambda p: blank(p, 3),
    "nobody in black": lambda p: blank(p, 2) * 0,
    "a background": lambda p: torch.linspace(0.3, 0.6, p.shape[2])[:, None].expand(2, *p.shape[1:]),
    "one of three": lambda p: torch.cat([blank(p, 1), p, blank(p, 1)]),
    "two of three": lambda p: torch.cat([p, blank(p, 1), p]),
    "nobody, then somebody": lambda p: torch.cat([blank(p, 5), p.repeat(7, 1, 1, 1)]),
    "somebody, then nobody": lambda p: torch.cat([p.repeat(2, 1, 1, 1), blank(p, 6)]),
    "one frame": lambda p: p,
    "one frame of nobody": lambda p: blank(p, 1),
    "too small": tiny,
    "1 × 1": lambda p: p[:, :1, :1],
    "8 × 8": lambda p: p[:, :8, :8],
    "16 × 16": lambda p: blank(p, 2)[:, :16, :16],
    "a strip across": lambda p: torch.full((1, 16, 12000, 3), 0.5),
    "a strip down": lambda p: torch.full((1, 12000, 16, 3), 0.5),
    "NaN": broken,
    "no frame": lambda p: p[:0],
    "no pixel": lambda p: p[:, :0, :0],
}
SEEN = {"everybody", "two of three", "nobody, then somebody", "one frame"}
WITH_SOMEBODY = {*SEEN, "one of three", "somebody, then nobody"}


@dataclass
class Bench:
    """An identity model, a picture of somebody, and the sheets made of it."""

    model: IdentityModel
    picture: torch.Tensor
    sheets: dict[str, tuple[Character, Report]] = field(default_factory=dict)

    def frames(self, shown: str) -> torch.Tensor:
        return FRAMES[shown](self.picture)

    def sheet(self, shown: str) -> tuple[Character, Report]:
        if shown not in self.sheets:
            self.sheets[shown] = make_character(shown, self.frames(shown), self.model)
        return self.sheets[shown]

    def score(self, shown: str, *characters: Character) -> CharacterResult:
        return score_characters(self.frames(shown), characters, self.model)


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory, shared_assets: Path) -> Resources:
    return install(tmp_path_factory.mktemp("models"), shared_assets)


@pytest.fixture(scope="module")
def detectors() -> dict[str, Remembering]:
    return {}


@pytest.fixture(scope="module", params=CHOICES, ids="+".join)
def bench(request, resources, detectors, shared_assets: Path) -> Bench:
    detector, backend = request.param
    model = choose_identity_model(IdentityChoice(backend, detector), resources)
    # InsightFace's own backend needs its faces, other backends its busts.
    key = f"{detector} {model.detector.region.value}"
    remembering = detectors.setdefault(key, Remembering(model.detector))
    return Bench(replace(model, detector=remembering), somebody_for(detector, shared_assets))


def check(report: Report) -> None:
    """A report is written and read as it is, and says why whatever lacks a value does."""
    assert Report.from_json(report.to_json()).to_dict() == report.to_dict()
    for each in report.measurements:
        assert (each.value is None) == (each.verdict is NOT_MEASURED), each.name
        assert each.reason_code, each.name
        assert each.reason.endswith("."), each.reason


def test_all_that_can_be_chosen_are_in_the_table():
    assert {detector for detector, _ in CHOICES} == set(DETECTORS)


def test_a_sheet_of_anything_is_a_character_that_is_drawn_saved_and_loaded(bench, tmp_path):
    for shown in FRAMES:
        character, report = bench.sheet(shown)
        check(report)
        assert any(character.usable) == (shown in WITH_SOMEBODY), shown
        if not any(character.usable):
            assert report.verdict is NOT_MEASURED, shown
            assert character.embeddings.shape == (0, 0), shown
        assert contact_sheet(character).isfinite().all()
        save_character(tmp_path, character)
        assert_same(load_character(tmp_path, shown), character)


def test_a_clip_of_anything_is_judged_or_says_why_not(bench):
    known, report = bench.sheet("everybody")
    assert report.verdict is PASS
    for shown in FRAMES:
        result = bench.score(shown, known)
        check(result.report)
        assert result.report.verdict is (PASS if shown in SEEN else NOT_MEASURED), shown
        frames = bench.frames(shown)
        if frames.shape[2] < 1000:
            assert overlay(frames, result.report).shape == frames.shape


def test_somebody_is_not_compared_with_a_sheet_of_nobody(bench):
    for shown in FRAMES.keys() - WITH_SOMEBODY:
        nobody = unpack(pack(bench.sheet(shown)[0]))
        alone = bench.score("two of three", nobody)
        check(alone.report)
        assert alone.report.verdict is NOT_MEASURED, shown
        similarity, *further = alone.report.measurements
        assert similarity.reason_code in NO_REFERENCE
        assert {each.reason_code for each in further} == {"no_reference"}
        assert set(alone.appearances[0].presences) == {Presence.UNKNOWN}
        overlay(bench.frames("two of three"), alone.report)


def test_beside_a_sheet_of_nobody_the_other_character_is_compared(bench):
    known, nobody = bench.sheet("everybody")[0], bench.sheet("nobody")[0]
    for cast in ((known, nobody), (nobody, known, nobody)):
        result = bench.score("two of three", *cast)
        check(result.report)
        assert result.report.verdict is NOT_MEASURED
        own = {each.name: each for each in result.report.measurements}
        assert own["similarity: everybody"].verdict is PASS
        assert own["similarity: nobody"].reason_code in NO_REFERENCE
        overlay(bench.frames("two of three"), result.report)


def test_one_reference_of_three_is_enough_to_compare_with(bench):
    character, report = bench.sheet("one of three")
    assert character.usable == (False, True, False)
    assert report.measurements[0].reason_code == "one_reference"
    assert bench.score("everybody", character).report.verdict is PASS


def test_embeddings_of_nobody_have_no_similarities(bench):
    embedder = bench.model.embedder
    rows = detect_people(bench.frames("everybody"), bench.model).embeddings
    none = [torch.zeros(0, 0), rows[:0], embedder.embed(bench.frames("nobody"), [(), (), ()])]
    none.append(embedder.embed(bench.frames("no frame"), []))
    for empty in none:
        assert len(empty) == 0
        assert embedder.similarities(empty, rows).shape == (0, len(rows))
        assert embedder.similarities(rows, empty).shape == (len(rows), 0)
        for other in none:
            assert embedder.similarities(empty, other).shape == (0, 0)
        assert subject_consistency(empty) is None


def test_people_are_tracked_through_frames_of_nobody(bench):
    for shown in ("nobody", "one of three", "two of three", "nobody, then somebody", "no frame"):
        detections = detect_people(bench.frames(shown), bench.model)
        numbers = track_people(detections, bench.model.embedder)
        assert numbers == (0,) * len(detections.people), shown


def test_what_changes_in_a_clip_of_nobody_is_not_measured(bench):
    known, _ = bench.sheet("everybody")
    for shown in ("nobody", "one frame of nobody", "one of three"):
        appearance = bench.score(shown, known).appearances[0]
        detections = detect_people(bench.frames(shown), bench.model)
        clip = CharacterInClip(appearance, known, bench.model, detections)
        assert isinstance(drift(clip), Absence)
        assert isinstance(drift_slope(clip), Absence)
        assert subject_consistency(clip.embeddings) is None
