"""What a profile changes of a loop: the verdict, its words, what is found, when closing ends."""

from dataclasses import replace

import pytest
import torch

from anime_production.models.loop.close import close_loop
from anime_production.models.loop.find import find_loops
from anime_production.models.loop.seam import MEASURES, SUBJECT, score_loop
from anime_production.models.profile import load_profile
from anime_production.models.report import Verdict
from anime_production.models.sample.sample_clip import Faults, draw_clip

FPS = 12.0


def clip(frames=24, seed=1, **faults):
    return draw_clip(frames, 96, 96, 24, 0, seed, Faults(**faults))


def wanted(profile):
    return load_profile(profile).applied(SUBJECT, *MEASURES)


def measurement(report, name):
    return next(each for each in report.measurements if each.name == name)


@pytest.fixture(scope="module")
def half_a_step_short():
    """A clip whose seam is between one and two steps wide."""
    return clip(seed=2, seam_jump=0.75)


def test_the_default_profile_is_what_holds_without_one(half_a_step_short):
    own = score_loop(half_a_step_short, FPS)
    assert score_loop(half_a_step_short, FPS, measures=wanted("supporting")) == own


def test_a_seam_that_passes_jumps_for_a_stricter_profile_and_the_reason_says_so(half_a_step_short):
    report = score_loop(half_a_step_short, FPS)
    strict = score_loop(half_a_step_short, FPS, measures=wanted("hero"))
    before, after = (measurement(each, "seam_position") for each in (report, strict))
    assert (report.verdict, before.reason_code) == (Verdict.PASS, "seam")
    assert (strict.verdict, after.reason_code) == (Verdict.FAIL, "seam_jump")
    assert strict.worst is not None
    assert strict.worst.reason_code == "seam_jump"
    assert before.value == after.value
    assert strict.score < 50 <= report.score


def test_a_missing_drawing_passes_a_draft_and_is_no_jump_there():
    short = clip(seed=1, seam_jump=1.0)
    report = score_loop(short, FPS)
    assert measurement(report, "seam_position").reason_code == "seam_jump"
    draft = score_loop(short, FPS, measures=wanted("draft"))
    assert draft.verdict is Verdict.PASS
    assert measurement(draft, "seam_position").reason_code == "seam"


def test_one_frame_too_many_at_the_seam_passes_a_draft():
    on_threes = clip(hold=3)
    held = torch.cat([on_threes, on_threes[-1:]])
    assert measurement(score_loop(held, FPS), "seam_hold").reason_code == "seam_hold_broken"
    hold = measurement(score_loop(held, FPS, measures=wanted("draft")), "seam_hold")
    assert (hold.value, hold.verdict, hold.reason_code) == (1, Verdict.PASS, "seam_hold")


def test_what_a_users_profile_makes_count_decides():
    """Sharpness is told, and judged where somebody wants it to be."""
    softened = clip()
    softened[12:] = (softened[12:] + softened[12:].roll(1, dims=2)) / 2
    strict = tuple(
        replace(each, threshold=0.01, required=True) if each.name == "seam_sharpness" else each
        for each in MEASURES
    )
    sharpness = measurement(score_loop(softened, FPS, measures=strict), "seam_sharpness")
    assert sharpness.verdict is Verdict.FAIL
    assert measurement(score_loop(softened, FPS), "seam_sharpness").verdict is Verdict.INFO


def test_a_search_takes_a_profile_for_what_loops(half_a_step_short):
    found = {
        profile: find_loops(half_a_step_short, FPS, shortest=24, measures=wanted(profile))
        for profile in ("supporting", "hero")
    }
    told = {name: measurement(each.report, "loop_distance") for name, each in found.items()}
    assert told["supporting"].reason_code == "loop_found"
    assert told["hero"].reason_code == "nothing_loops"


def test_closing_goes_on_until_the_profile_is_content(half_a_step_short):
    usual = close_loop(half_a_step_short, FPS)
    strict = close_loop(half_a_step_short, FPS, measures=wanted("hero"))
    assert usual.images is half_a_step_short
    assert measurement(usual.report, "closing").reason_code == "closing_unneeded"
    assert measurement(strict.report, "closing").reason_code == "closing_loops"
    assert strict.report.verdict is Verdict.PASS
