"""Families of models that Loop Generator takes or refuses, by ComfyUI's own classes."""

import contextlib
import importlib
from typing import Any

import pytest
import torch

from anime_production.models.frames import InputError
from anime_production.models.loop.cyclic_models import TESTED_MODELS


def unloaded(family: str) -> Any:
    """A MODEL of one of ComfyUI's families, without its network."""
    families: Any = importlib.import_module("comfy.supported_models")
    patcher: Any = importlib.import_module("comfy.model_patcher")
    config = getattr(families, family)({"disable_unet_model_creation": True, "in_channels": 4})
    model = config.get_model({})
    return patcher.ModelPatcher(model, torch.device("cpu"), torch.device("cpu"))


# Their classes look into the network's settings, which no file was read for here.
NEED_MORE_THAN_A_NAME = {"Flux2", "StableAudio", "StableAudio3", "Stable_Zero123"}


@pytest.mark.parametrize("family", ["SD15", "SDXL", "Flux"])
def test_an_image_model_is_refused_because_it_has_no_time(looping, family):
    with pytest.raises(InputError, match=r"^model: expected a model of Wan .*an image model"):
        looping(unloaded(family))


@pytest.mark.parametrize(
    ("family", "name"),
    [
        ("WAN21_Vace", "WAN21_Vace"),
        ("WAN22_S2V", "WAN22_S2V"),
        ("WAN21_CausalAR_T2V", "WAN21_CausalAR"),
        ("WAN22_Animate", "WAN22_Animate"),
        ("WAN21_HuMo", "WAN21_HuMo"),
        ("GenmoMochi", "GenmoMochi"),
        ("CosmosI2VPredict2", "CosmosPredict2"),
        ("HunyuanVideo15_SR_Distilled", "HunyuanVideo15_SR_Distilled"),
    ],
)
def test_another_video_model_is_refused_by_name(looping, family, name):
    with pytest.raises(InputError, match=rf"got {name}, which was not tested"):
        looping(unloaded(family))


@pytest.mark.filterwarnings("ignore:To copy construct")
def test_of_all_families_that_comfyui_knows_only_those_that_were_shown_are_taken(looping):
    families: Any = importlib.import_module("comfy.supported_models")
    names = {family.__name__ for family in families.models} - NEED_MORE_THAN_A_NAME
    models = [unloaded(name) for name in sorted(names)]
    taken = set()
    for model in models:
        kind = type(model.model).__name__
        with contextlib.suppress(InputError):
            looping(model)
            taken.add(kind)
    assert taken == set(TESTED_MODELS)
    assert len(models) > 50
