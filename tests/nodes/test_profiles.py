"""Every scoring node takes a profile."""

import json

import folder_paths
import pytest

from anime_production.models.profile import DEFAULT, ProfileError
from anime_production.models.report import Verdict
from anime_production.models.sample.sample_clip import Faults, draw_clip

from ..integration.client import Prompt

SCORING = (
    "AnimeCharacterScore",
    "AnimeClipQuality",
    "AnimeCompareImages",
    "AnimeLoopClose",
    "AnimeLoopFind",
    "AnimeLoopScore",
    "AnimeStillQuality",
)


@pytest.fixture(scope="module")
def clip():
    return draw_clip(24, 96, 96, 24, 0, 2, Faults(seam_jump=0.75))


@pytest.fixture
def given(run_node, node_classes, clip):
    """What a scoring node needs."""

    def inputs_of(node):
        if node == "AnimeCharacterScore":
            sheet = run_node(node_classes["AnimeCharacterSheet"], references=clip[::8]).args[0]
            return {"images": clip[::6], "character": sheet}
        return {
            "AnimeCompareImages": {"images": clip[:1], "references": clip[1:2], "metrics": "ssim"},
            "AnimeLoopFind": {"images": clip, "min_frames": 24},
            "AnimeStillQuality": {"images": clip[:1]},
            "AnimeClipQuality": {"images": clip[:12]},
        }.get(node, {"images": clip})

    return inputs_of


@pytest.fixture
def profiles(tmp_path, monkeypatch):
    """Writes a profile into ComfyUI's user folder."""
    monkeypatch.setattr(folder_paths, "get_user_directory", lambda: str(tmp_path))
    folder = tmp_path / "default" / "anime_profiles"
    folder.mkdir(parents=True)

    def write(name, **limits):
        path = folder / f"{name}.json"
        path.write_text(json.dumps({"schema": 1, **limits}), encoding="utf-8")
        return path

    return write


def report_of(answer):
    return answer.ui["anime_report"][0][0]


def test_they_are_the_nodes_that_judge_what_was_rendered(node_classes):
    with_profile = [
        name
        for name, node in node_classes.items()
        if any(each.id == "profile" for each in node.GET_SCHEMA().inputs)
    ]
    assert sorted(with_profile) == list(SCORING)
    answering = [
        name
        for name, node in node_classes.items()
        if node.GET_SCHEMA().category.rpartition("/")[2] in ("Character", "Loop", "Quality")
        and {"score", "pass"} <= {each.id for each in node.GET_SCHEMA().outputs}
    ]
    assert set(answering) <= set(SCORING)


def profile_of(schema):
    """Return the last input that has a widget; those without one may follow it."""
    return [each for each in schema.inputs if each.id not in ("masks", "boxes", "audio")][-1]


@pytest.mark.parametrize("node", SCORING)
def test_the_profile_is_the_last_widget_and_may_be_left_out(node_classes, node):
    profile = profile_of(node_classes[node].GET_SCHEMA())
    assert (profile.id, profile.optional, profile.default) == ("profile", True, DEFAULT)
    assert profile.options[:1] == [DEFAULT]
    assert {"hero", "background", "draft"} <= set(profile.options)


@pytest.mark.parametrize("node", SCORING)
def test_a_prompt_without_a_profile_has_the_verdict_of_the_default(
    run_node, node_classes, given, node
):
    before = run_node(node_classes[node], **given(node))
    named = run_node(node_classes[node], **given(node), profile=DEFAULT)
    assert report_of(named) == report_of(before)


@pytest.mark.parametrize("node", ["AnimeLoopScore", "AnimeLoopFind"])
def test_a_stricter_profile_fails_what_passed(run_node, node_classes, given, node):
    verdicts = {
        profile: report_of(run_node(node_classes[node], **given(node), profile=profile))["verdict"]
        for profile in (DEFAULT, "hero", "draft")
    }
    assert verdicts == {DEFAULT: Verdict.PASS, "hero": Verdict.FAIL, "draft": Verdict.PASS}


@pytest.mark.parametrize("node", ["AnimeLoopScore", "AnimeStillQuality"])
def test_comfyui_refuses_a_profile_that_there_is_not_before_anything_runs(refusals, node):
    prompt = Prompt()
    clip = prompt.add("AnimeSampleClip", frames=8, width=64, height=64)
    score = prompt.add(node, images=clip.out(), profile="heroic")
    (error,) = refusals(prompt)[score]
    assert error["type"] == "value_not_in_list"
    assert "heroic" in error["details"]


def test_a_close_loop_goes_on_for_a_stricter_profile(run_node, node_classes, given, clip):
    node = node_classes["AnimeLoopClose"]
    assert run_node(node, images=clip).args[0] is clip
    closed = run_node(node, images=clip, profile="hero")
    assert closed.args[0] is not clip
    assert report_of(closed)["verdict"] == Verdict.PASS


def test_a_users_profile_is_read_when_a_node_runs(run_node, node_classes, given, profiles):
    node = node_classes["AnimeCharacterScore"]
    inputs = given("AnimeCharacterScore")
    profiles("mine", character={"similarity": {"leeway": 0.01}})
    assert "mine" in profile_of(node.define_schema()).options
    strict = report_of(run_node(node, **inputs, profile="mine"))
    before = node.fingerprint_inputs(profile="mine")
    profiles("mine", character={"similarity": {"leeway": 2.0}})
    lenient = report_of(run_node(node, **inputs, profile="mine"))
    assert strict["measurements"][0]["threshold"] > 0.99
    assert lenient["measurements"][0]["threshold"] < 0.9
    assert lenient["verdict"] == Verdict.PASS
    assert node.fingerprint_inputs(profile="mine") != before, "it would come from the cache"


@pytest.mark.parametrize("node", SCORING)
def test_an_edited_profile_makes_the_node_run_again(node_classes, profiles, node):
    profiles("mine", loop={"seam_hold": {"threshold": 1.5}})
    before = node_classes[node].fingerprint_inputs(profile="mine")
    assert node_classes[node].fingerprint_inputs(profile="mine") == before
    profiles("mine", loop={"seam_hold": {"threshold": 2.5}})
    assert node_classes[node].fingerprint_inputs(profile="mine") != before


def test_a_profile_that_is_wrong_is_refused_with_file_entry_and_what_was_expected(
    run_node, node_classes, given, profiles
):
    path = profiles("mine", loop={"seam_position": {"threshold": 1.5}})
    with pytest.raises(ProfileError) as refused:
        run_node(node_classes["AnimeLoopScore"], **given("AnimeLoopScore"), profile="mine")
    for said in (str(path), "loop.seam_position", "[from, to]", "1.5"):
        assert said in str(refused.value)
