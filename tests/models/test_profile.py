import json

import pytest

from anime_production.models.character.character_measures import MEASURES as CHARACTER
from anime_production.models.loop.seam import MEASURES as LOOP
from anime_production.models.measure import Measure
from anime_production.models.profile import (
    DEFAULT,
    SHIPPED,
    ProfileError,
    load_profile,
    profile_names,
)
from anime_production.models.report import Better

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


FAMILIES = {"loop": LOOP, "character": CHARACTER}


@pytest.mark.parametrize("subject", FAMILIES)
def test_the_default_profile_says_every_threshold_as_the_measures_have_it(subject):
    profile = load_profile(DEFAULT)
    assert profile.applied(subject, *FAMILIES[subject]) == FAMILIES[subject]
    assert profile.leeway == 1.0
    said = {name for name, limit in profile.limits[subject].items() if "threshold" in limit}
    assert said == {each.name for each in FAMILIES[subject] if each.threshold is not None}


@pytest.mark.parametrize(
    ("subject", "place"),
    [(subject, place) for subject, each in FAMILIES.items() for place in range(len(each))],
)
def test_hero_is_never_more_lenient_and_draft_never_stricter(subject, place):
    strictness = []
    for name in ("hero", "supporting", "background", "draft"):
        measure = load_profile(name).applied(subject, *FAMILIES[subject])[place]
        limit, down = measure.threshold, measure.better is Better.LOWER
        if isinstance(limit, tuple):
            strictness.append((limit[0], -limit[1]))
        elif limit is not None:
            strictness.append((-limit if down else limit,))
    assert strictness == sorted(strictness, reverse=True)
    if strictness and len(strictness[0]) == 2:  # a band is narrower on both its sides
        assert [upper for _, upper in strictness] == sorted(
            (upper for _, upper in strictness), reverse=True
        )


def test_the_leeway_of_a_likeness_is_less_for_hero_and_more_for_draft():
    names = ("hero", "supporting", "background", "draft")
    leeways = [load_profile(name).leeway for name in names]
    assert leeways == sorted(set(leeways))


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
        ("{", "can't be read as JSON"),
        ("[]", "an object"),
        ('{"schema": 2}', "expected 1, got 2"),
        ({"loops": {}}, "'loops'"),
        ({"loop": {"seam": {"limit": 1}}}, "loop.seam.limit"),
        ({"loop": {"seam": {"threshold": [2, 1]}}}, "[from, to]"),
        ({"loop": {"seam": {"threshold": "high"}}}, "a number"),
        ({"loop": {"seam": {"required": 1}}}, "true or false"),
        ({"loop": {"seam": {"leeway": 1.1}}}, "expected one of threshold, required, low, high"),
        ({"character": {"similarity": {"threshold": 0.8}}}, "expected one of leeway, required"),
        ({"character": {"similarity": {"leeway": 0}}}, "similarity.leeway: expected a number ab"),
        ({"character": {"similarity": {"leeway": "1"}}}, "similarity.leeway: expected a number"),
        ('{"schema": 1, "loop": {"seam": {"high": NaN}}}', "a number"),
    ],
)
def test_what_is_no_profile_is_refused_with_its_place(own, tmp_path, data, said):
    with pytest.raises(ProfileError) as raised:
        own(data)
    assert said in str(raised.value)
    assert str(tmp_path / "mine.json") in str(raised.value)


def test_a_measure_that_does_not_exist_is_named_with_the_file(own, tmp_path):
    profile = own({"clip_quality": {"flickr": {"threshold": 3}}})
    with pytest.raises(ProfileError, match="no measure 'flickr'; it has flicker, motion") as said:
        profile.applied("clip_quality", FLICKER, MOTION)
    assert str(tmp_path / "mine.json") in str(said.value)


def test_a_likeness_may_be_told_only_though_its_threshold_is_the_sheets(own):
    profile = own({"character": {"similarity": {"required": False, "leeway": 1.5}}})
    similarity = profile.applied("character", *CHARACTER)[0]
    assert (similarity.name, similarity.required, profile.leeway) == ("similarity", False, 1.5)


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
