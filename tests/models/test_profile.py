import json

import pytest

from anime_production.models.profile import (
    SHIPPED,
    ProfileError,
    load_profile,
    profile_names,
)
from anime_production.models.report import Better, Measure

FLICKER = Measure("flicker", "", Better.LOWER, 0, 12, "brightness", threshold=1.5, required=True)
MOTION = Measure("motion", "", Better.HIGHER, 0, 20, "structural")
SEAM = Measure("seam", "", Better.BAND, 0, 10, "structural", threshold=(0.5, 1.6), required=True)


@pytest.fixture
def own(tmp_path):
    """Writes a profile of the user's own and reads it back."""

    def write(data, name="mine"):
        text = data if isinstance(data, str) else json.dumps({"schema": 1, **data})
        (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
        return load_profile(name, tmp_path)

    return write


def test_four_profiles_are_shipped_and_can_be_read():
    assert set(profile_names()) == {"supporting", "hero", "background", "draft"}
    for path in SHIPPED.glob("*.json"):
        assert load_profile(path.stem).description


def test_a_profile_changes_what_it_names_and_nothing_else(own):
    profile = own({"clip_quality": {"flicker": {"threshold": 3, "required": False}}})
    flicker, motion = profile.applied("clip_quality", FLICKER, MOTION)
    assert (flicker.threshold, flicker.required, flicker.high) == (3, False, 12)
    assert motion == MOTION
    assert profile.applied("loop", FLICKER) == (FLICKER,)


def test_a_band_is_read_from_a_list(own):
    (seam,) = own({"loop": {"seam": {"threshold": [0.4, 2]}}}).applied("loop", SEAM)
    assert seam.threshold == (0.4, 2.0)


def test_a_users_profile_takes_the_place_of_a_shipped_one(own, tmp_path):
    own({"description": "Mine.", "clip_quality": {}}, "hero")
    assert load_profile("hero", tmp_path).description == "Mine."
    assert load_profile("hero").description != "Mine."
    assert profile_names(tmp_path).count("hero") == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("{", "not readable as JSON"),
        ("[]", "an object"),
        ('{"schema": 2}', "expected 1, got 2"),
        ({"loops": {}}, "'loops'"),
        ({"loop": {"seam": {"limit": 1}}}, "loop.seam.limit"),
        ({"loop": {"seam": {"threshold": [2, 1]}}}, "[from, to]"),
        ({"loop": {"seam": {"threshold": "high"}}}, "a number"),
        ({"loop": {"seam": {"required": 1}}}, "true or false"),
        ('{"schema": 1, "loop": {"seam": {"high": NaN}}}', "a number"),
    ],
)
def test_what_is_no_profile_is_refused_with_its_place(own, tmp_path, data, said):
    with pytest.raises(ProfileError) as raised:
        own(data)
    assert said in str(raised.value)
    assert str(tmp_path / "mine.json") in str(raised.value)


def test_a_measure_that_does_not_exist_is_named(own):
    profile = own({"clip_quality": {"flickr": {"threshold": 3}}})
    with pytest.raises(ProfileError, match="no measure 'flickr'; it has flicker, motion"):
        profile.applied("clip_quality", FLICKER, MOTION)


@pytest.mark.parametrize(
    "limit",
    [{"threshold": [1, 2]}, {"low": 12}, {"threshold": None}],
    ids=["a band for a number", "an empty scale", "required without a threshold"],
)
def test_what_does_not_fit_the_measure_is_refused(own, limit):
    with pytest.raises(ProfileError, match=r"clip_quality\.flicker"):
        own({"clip_quality": {"flicker": limit}}).applied("clip_quality", FLICKER)


def test_a_profile_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(ProfileError, match="supporting"):
        load_profile("heroic")
