import os

import pytest
import torch

from anime_production.models.frames import InputError
from anime_production.models.perceptual.backend import BACKENDS, BEST_FIRST, choose_backend
from anime_production.models.weights import WEIGHTS


@pytest.fixture
def squeeze_file(shared_assets):
    return shared_assets / "weights" / "squeezenet1_1_features.pth"


def test_without_weights_auto_is_structural_and_says_so():
    backend, why = choose_backend("auto", {})
    assert backend.name == "structural"
    assert why.startswith("structural: none of the weights of lpips-alex")


def test_auto_takes_what_is_installed_and_names_it(squeeze_file):
    backend, why = choose_backend("auto", {squeeze_file.name: squeeze_file})
    assert backend.name == "lpips-squeeze"
    assert why.startswith("lpips-squeeze")
    assert backend.steps(torch.rand(3, 32, 40, 3)).shape == (3,)


def test_auto_prefers_the_network_that_lpips_recommends(squeeze_file, tmp_path):
    from torchvision.models import alexnet

    path = tmp_path / WEIGHTS["lpips-alex"].file
    torch.save({f"features.{k}": v for k, v in alexnet().features.state_dict().items()}, path)
    backend, _ = choose_backend("auto", {squeeze_file.name: squeeze_file, path.name: path})
    assert backend.name == "lpips-alex"


def test_what_is_asked_for_is_taken_even_where_better_is_installed(squeeze_file):
    backend, why = choose_backend("structural", {squeeze_file.name: squeeze_file})
    assert (backend.name, why) == ("structural", "structural, as chosen.")


def test_a_file_is_read_once_until_another_takes_its_place(squeeze_file, tmp_path):
    path = tmp_path / squeeze_file.name
    path.write_bytes(squeeze_file.read_bytes())
    first, _ = choose_backend("lpips-squeeze", {path.name: path})
    again, _ = choose_backend("auto", {path.name: path})
    assert again is first
    path.write_bytes(squeeze_file.read_bytes())
    os.utime(path, (1, 1))
    other, _ = choose_backend("lpips-squeeze", {path.name: path})
    assert other is not first


@pytest.mark.parametrize("wanted", BEST_FIRST)
def test_a_missing_file_is_named_with_where_it_comes_from_and_what_it_costs(wanted):
    with pytest.raises(InputError) as caught:
        choose_backend(wanted, {"something_else.pth": None})
    message, file = str(caught.value), WEIGHTS[wanted]
    for part in (wanted, file.file, file.source, "models/lpips", "BSD-3-Clause", file.sha256):
        assert part in message
    assert f"{file.megabytes:.0f} MB" in message


def test_an_unknown_backend_is_refused_with_those_there_are():
    with pytest.raises(InputError, match=f"one of {', '.join(BACKENDS)}, got 'ssim'"):
        choose_backend("ssim", {})
