import json

import pytest

from anime_production.models.profile import SHIPPED, load_profile, profile_names
from anime_production.models.quality.still.still_measures import MEASURES
from anime_production.models.quality.still.still_quality import SUBJECT
from anime_production.models.report import Better


def limits(name):
    return json.loads((SHIPPED / f"{name}.json").read_text(encoding="utf-8"))[SUBJECT]


def test_the_default_profile_says_every_threshold_as_the_measures_have_it():
    said = {name: entry["threshold"] for name, entry in limits("supporting").items()}
    assert said == {each.name: each.threshold for each in MEASURES if each.threshold is not None}


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_fits_the_measures(name):
    applied = load_profile(name).applied(SUBJECT, *MEASURES)
    assert [each.name for each in applied] == [each.name for each in MEASURES]


@pytest.mark.parametrize("measure", MEASURES, ids=lambda each: each.name)
def test_hero_is_never_more_lenient_and_draft_never_stricter(measure):
    place = MEASURES.index(measure)
    values = {}
    for profile in ("hero", "supporting", "background", "draft"):
        applied = load_profile(profile).applied(SUBJECT, *MEASURES)[place]
        sign = -1 if measure.better is Better.HIGHER else 1
        values[profile] = 0 if applied.threshold is None else sign * applied.threshold
    assert values["hero"] <= values["supporting"] <= values["draft"]
    assert values["supporting"] <= values["background"] <= values["draft"]
