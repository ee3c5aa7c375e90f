from collections import Counter
from pathlib import Path

import pytest

from anime_production.models.character.embedders.ccip import MODELS
from anime_production.models.character.registry import DETECTORS, EMBEDDERS
from anime_production.models.perceptual.backend import BACKENDS
from anime_production.models.weights import RECOMMENDED, WEIGHTS
from anime_production.models.weights.weight import fetch_command
from anime_production.tools.comfyui import PACK
from anime_production.tools.weights_page import PAGE, with_tables


def test_every_backend_that_needs_weights_finds_them_here():
    served = {backend for weight in WEIGHTS.values() for backend in weight.used_by}
    assert served >= {name for name in BACKENDS if name.startswith("lpips-")}


def test_no_two_weights_share_a_file():
    places = Counter(
        (weight.folder, each.path) for weight in WEIGHTS.values() for each in weight.files
    )
    assert [place for place, times in places.items() if times > 1] == []


@pytest.mark.parametrize("name", WEIGHTS)
def test_everyone_can_know_the_terms_before_fetching(name):
    weight = WEIGHTS[name]
    assert weight.licence
    assert weight.non_commercial == ("non-commercial" in weight.licence)
    assert weight.licence in weight.how_to_install
    assert all(each.source.startswith("https://") for each in weight.files)


def test_the_recommended_set_is_what_auto_prefers_and_may_be_used_commercially():
    detectors = [each for each in DETECTORS.values() if each.automatic]
    backends = [each for each in EMBEDDERS.values() if each.automatic]
    assert detectors[0].reliable
    assert {name for each in RECOMMENDED for name in each.used_by} == {
        detectors[0].name,
        backends[0].name,
    }
    assert not any(each.non_commercial for each in RECOMMENDED)
    assert all(each.megabytes for each in RECOMMENDED)


def test_the_page_of_weights_has_the_command_of_the_recommended_set():
    command = fetch_command(*(each.name for each in RECOMMENDED))
    for page in ("docs/weights.md", "README.md"):
        assert command in (PACK / page).read_text(encoding="utf-8"), page


@pytest.mark.parametrize("name", WEIGHTS)
def test_a_file_stays_below_its_folder(name):
    weight = WEIGHTS[name]
    for path in [weight.folder, weight.unpacked, *(each.path for each in weight.files)]:
        assert not Path(path).is_absolute()
        assert ".." not in Path(path).parts


@pytest.mark.parametrize("name", ["lpips-squeeze", "lpips-alex", "lpips-vgg"])
def test_torchvisions_files_are_as_torchvision_publishes_them(name):
    torchvision = pytest.importorskip("torchvision.models")
    enums = {
        "lpips-squeeze": torchvision.SqueezeNet1_1_Weights,
        "lpips-alex": torchvision.AlexNet_Weights,
        "lpips-vgg": torchvision.VGG16_Weights,
    }
    published = enums[name].IMAGENET1K_V1
    file = WEIGHTS[name].files[0]
    assert file.source == published.url
    assert file.source.endswith(f"/{file.path}")
    assert file.path.endswith(f"-{file.sha256}.pth")
    assert file.megabytes == pytest.approx(published.meta["_file_size"] * 2**20 / 1e6, rel=1e-3)


def test_the_published_cascade_is_the_one_that_finds_the_faces_of_the_tests(shared_assets):
    from anime_production.models.weights.published import sha256_of

    file, path = WEIGHTS["lbpcascade_animeface"].files[0], shared_assets / "weights"
    assert sha256_of(path / file.path) == file.sha256
    assert file.may_have_size((path / file.path).stat().st_size)


def test_a_file_is_found_by_its_name_or_by_that_of_its_features_alone():
    weight = WEIGHTS["lpips-squeeze"]
    whole, part = Path("a.pth"), Path("b.pth")
    assert weight.installed({}) is None
    assert weight.installed({"squeezenet1_1_features.pth": part}) == part
    assert weight.installed({"squeezenet1_1_features.pth": part, weight.file: whole}) == whole


def test_a_file_in_a_folder_is_found_on_windows_too():
    weight = WEIGHTS["ccip-caformer-5_fp32"]
    path = Path("x")
    assert weight.installed({"ccip-caformer-5_fp32\\model_feat.onnx": path}) == path


@pytest.mark.parametrize(
    "place", ["models/antelopev2", "antelopev2", "models/antelopev2/antelopev2"]
)
def test_a_pack_is_found_however_it_was_unpacked(place):
    names = ("scrfd_10g_bnkps.onnx", "glintr100.onnx", "2d106det.onnx")
    files = {f"{place}/{name}": Path("/m", place, name) for name in names}
    assert WEIGHTS["antelopev2"].installed(files) == Path("/m", place)
    assert WEIGHTS["buffalo_l"].installed(files) is None


def test_half_a_pack_is_not_installed():
    path = Path("/m/det_10g.onnx")
    assert WEIGHTS["buffalo_l"].installed({"models/buffalo_l/det_10g.onnx": path}) is None


@pytest.mark.parametrize("name", WEIGHTS)
def test_everyone_can_know_what_a_weight_is_for(name):
    weight = WEIGHTS[name]
    assert weight.purpose
    assert not weight.purpose.endswith(".")
    assert weight.gain.endswith(".")
    assert weight.without.endswith(".")
    assert weight.page.startswith("https://")


def test_no_two_weights_are_for_the_same():
    purposes = Counter(weight.purpose for weight in WEIGHTS.values())
    assert [purpose for purpose, times in purposes.items() if times > 1] == []


@pytest.mark.parametrize("name", MODELS)
def test_the_scores_of_ccip_are_the_published_ones(name):
    assert f"F1 of {MODELS[name].f1:.3f}" in WEIGHTS[name].gain


def test_the_tables_of_the_page_are_those_of_the_catalogue():
    page = PAGE.read_text(encoding="utf-8")
    assert with_tables(page) == page, "write it anew: python quickstart.py generate weights-page"


def test_the_readme_says_the_same_of_the_recommended_set():
    text = " ".join((PACK / "README.md").read_text(encoding="utf-8").split())
    for weight in RECOMMENDED:
        purpose = weight.purpose[0].lower() + weight.purpose[1:]
        assert f"*{purpose}* ({weight.size}, {weight.licence.partition(' (')[0]})" in text
