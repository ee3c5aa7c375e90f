from pathlib import Path

import pytest

from anime_production.models.perceptual.backend import BACKENDS
from anime_production.models.weights import WEIGHTS


def test_every_backend_that_needs_weights_is_in_the_catalogue():
    assert {*WEIGHTS} == {name for name in BACKENDS if name.startswith("lpips-")}


@pytest.mark.parametrize("name", WEIGHTS)
def test_files_are_named_as_their_publisher_does(name):
    torchvision = pytest.importorskip("torchvision.models")
    enums = {
        "lpips-squeeze": torchvision.SqueezeNet1_1_Weights,
        "lpips-alex": torchvision.AlexNet_Weights,
        "lpips-vgg": torchvision.VGG16_Weights,
    }
    published = enums[name].IMAGENET1K_V1
    file = WEIGHTS[name]
    assert file.source == published.url
    assert file.source.endswith("/" + file.file)
    assert file.megabytes == published.meta["_file_size"]
    assert file.file.endswith(f"-{file.sha256}.pth")


def test_a_file_is_found_by_its_name_or_by_that_of_its_features_alone():
    file = WEIGHTS["lpips-squeeze"]
    whole, part = Path("a.pth"), Path("b.pth")
    assert file.installed({}) is None
    assert file.installed({"squeezenet1_1_features.pth": part}) == part
    assert file.installed({"squeezenet1_1_features.pth": part, file.file: whole}) == whole
