import re

import pytest
import torch

from anime_production.models.character.declaration import Resources
from anime_production.models.character.registry import DETECTORS, EMBEDDERS, FOLDERS
from anime_production.models.weights import WEIGHTS
from anime_production.tools.comfyui import PACK

NOTHING = Resources({folder: {} for folder in FOLDERS}, torch.device("cpu"))
PAGE = PACK / "web" / "client" / "docs" / "AnimeIdentityModel.md"
ALL = (*DETECTORS.values(), *EMBEDDERS.values())


@pytest.mark.parametrize("declared", [DETECTORS, EMBEDDERS], ids=["detectors", "embedders"])
def test_where_nothing_is_installed_auto_has_something_to_take(declared):
    *_, last = [each for each in declared.values() if each.automatic]
    assert last.obstacle(NOTHING) is None


@pytest.mark.parametrize("declared", [DETECTORS, EMBEDDERS], ids=["detectors", "embedders"])
def test_no_two_have_one_place_in_the_order(declared):
    ranks = [each.rank for each in declared.values()]
    assert len(set(ranks)) == len(ranks)


def test_whatever_needs_a_folder_has_weights_that_can_be_fetched():
    published = {(each.folder, name) for each in WEIGHTS.values() for name in each.used_by}
    assert {(each.folder, each.name) for each in ALL if each.folder} <= published


def test_the_help_page_lists_all_and_detectors_in_the_order_of_auto():
    page = PAGE.read_text(encoding="utf-8")
    backends, _, detectors = page.partition("| detector |")
    assert sorted(re.findall(r"^\| `(\w+)` \|", backends, re.MULTILINE)) == sorted(EMBEDDERS)
    assert re.findall(r"^\| `(\w+)` \|", detectors, re.MULTILINE) == list(DETECTORS)
