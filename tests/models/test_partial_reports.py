"""Reports on the frames so far, which long measurements give while they go on."""

import pytest
import torch

from anime_production.models.character.character_score import score_characters
from anime_production.models.character.declaration import Resources
from anime_production.models.character.identity import WITHOUT_WEIGHTS, choose_identity_model
from anime_production.models.character.registry import FOLDERS
from anime_production.models.character.sheet import make_character
from anime_production.models.quality.clip_quality import score_clip_quality
from anime_production.models.quality.compare.comparison import compare_pictures
from anime_production.models.quality.compare.pairs import paired
from anime_production.models.quality.still.still_quality import score_still_quality
from anime_production.models.sample.sample_clip import Faults, draw_clip

FRAMES = 12


@pytest.fixture(scope="module")
def clip():
    return draw_clip(FRAMES, 160, 160, FRAMES, 0, 1, Faults(flicker=4.0))


def partial_reports(score):
    """Return all reports so far, and the report of the whole work."""
    reports = []
    whole = score(lambda report_so_far: reports.append(report_so_far()))
    return reports, whole


def test_pictures_so_far_have_the_report_that_they_would_have_alone(clip):
    reports, whole = partial_reports(lambda show: score_still_quality(clip, show_partial=show))
    assert reports == [score_still_quality(clip[:count]) for count in range(1, FRAMES + 1)]
    assert reports[-1] == whole


def test_people_so_far_have_the_report_that_they_would_have_alone(clip):
    resources = Resources({folder: {} for folder in FOLDERS}, torch.device("cpu"))
    model = choose_identity_model(WITHOUT_WEIGHTS, resources)
    character, _ = make_character("Rin", clip[:3], model)

    def score(frames, show=None):
        return score_characters(frames, [character], model, show_partial=show).report

    reports, whole = partial_reports(lambda show: score(clip, show))
    assert len(reports) > 1
    assert reports == [score(clip[: report.frames]) for report in reports]
    assert reports[-1] == whole


def test_pairs_so_far_have_the_report_that_they_would_have_alone(clip):
    references = clip.flip(0)

    def score(images, show=None):
        pairs = paired(images, references[: len(images)])
        return compare_pictures(pairs, ("ssim", "psnr"), show_partial=show)

    reports, whole = partial_reports(lambda show: score(clip, show))
    assert reports == [score(clip[: report.frames]) for report in reports]
    assert reports[-1] == whole


@pytest.mark.parametrize("hold", [1, 2])
def test_curves_of_a_clip_grow_and_stay_as_they_are(hold):
    frames = draw_clip(24, 160, 160, 24, 0, 1, Faults(hold=hold))
    reports, whole = partial_reports(
        lambda show: score_clip_quality(frames, 12.0, show_partial=show)
    )
    final = {each.name: each.per_frame for each in whole.measurements}
    for name in ("warping_error", "speed", "edge_width", "noise"):
        parts = [each for report in reports for each in report.measurements if each.name == name]
        curves = [each.per_frame for each in parts if each.value is not None]
        lengths = [len(curve) for curve in curves]
        assert lengths == sorted(lengths)
        assert lengths[0] <= 24 / 2
        assert lengths[-1] == 24
        assert all(curve == final[name][: len(curve)] for curve in curves)


def test_no_report_is_made_that_nobody_asks_for(clip):
    calls = []
    score_still_quality(clip, show_partial=calls.append)
    assert len(calls) == FRAMES  # functions, which were not called
