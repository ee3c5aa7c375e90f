"""Models and decoders that close loops, told apart by class names and latents."""

from types import SimpleNamespace

import pytest

from anime_production.models.frames import InputError
from anime_production.models.loop.cyclic_models import (
    LOOP_DECODERS,
    OTHER_DECODERS,
    OTHER_MODELS,
    TESTED_MODELS,
    LatentFormat,
    LoopDecoder,
    loop_decoder,
    refuse_not_cyclic,
)


def latents(channels: int = 16, temporal: int = 4, dimensions: int = 3) -> LatentFormat:
    return SimpleNamespace(
        latent_channels=channels,
        latent_dimensions=dimensions,
        temporal_downscale_ratio=temporal,
    )


@pytest.mark.parametrize("kind", TESTED_MODELS)
def test_a_tested_class_is_taken(kind: str):
    refuse_not_cyclic([kind, "BaseModel"], latents())


def test_an_unknown_class_is_taken_for_its_latents():
    refuse_not_cyclic(["PAN2", "BaseModel"], latents(48, 4))


@pytest.mark.parametrize(
    ("classes", "form"),
    [
        (["PAN2", "BaseModel"], latents(16, 4)),
        (["PAN2", "BaseModel"], latents(48, 8)),
        (["Wan22Speech", "WAN22", "WAN21", "BaseModel"], latents(48, 4)),
        (["WAN21_Vace", "WAN21", "BaseModel"], latents(16, 4)),
    ],
)
def test_what_was_not_tested_is_refused_by_name(classes: list[str], form: LatentFormat):
    with pytest.raises(InputError, match=rf"^model: expected .*, got {classes[0]}, which was not"):
        refuse_not_cyclic(classes, form)


@pytest.mark.parametrize("kind", OTHER_MODELS)
def test_what_cannot_turn_is_refused_with_a_reason_and_another_way(kind: str):
    with pytest.raises(InputError, match=f"{OTHER_MODELS[kind]}.* Find Loop or Close Loop"):
        refuse_not_cyclic([kind, "BaseModel"], latents(48, 4))
    with pytest.raises(InputError, match=OTHER_MODELS[kind]):
        refuse_not_cyclic(["Newer", kind, "BaseModel"], latents())


def test_an_image_model_is_refused_because_it_has_no_time():
    with pytest.raises(InputError, match="SDXL, an image model: its latents have no time axis"):
        refuse_not_cyclic(["SDXL", "BaseModel"], latents(4, 1, 2))


@pytest.mark.parametrize(
    ("wrap", "frames", "extra"),
    [(27, 9, 27), (27, 21, 63), (21, 21, 21), (1, 5, 5), (27, 8, 32), (27, 1, 27), (28, 1, 29)],
)
def test_a_decoder_that_averages_gets_whole_rounds_and_whole_pairs(
    wrap: int, frames: int, extra: int
):
    assert LoopDecoder("one", averages=True).latents_before(wrap, frames) == extra
    assert LoopDecoder("one").latents_before(wrap, frames) == wrap
    assert extra % frames == (extra + frames) % 2 == 0


@pytest.mark.parametrize("module", LOOP_DECODERS)
def test_a_decoder_is_known_by_its_module_and_makes_video(module: str):
    assert loop_decoder(module, "VAE", makes_video=True) is LOOP_DECODERS[module]
    with pytest.raises(InputError, match="VAE, which decodes single images"):
        loop_decoder(module, "VAE", makes_video=False)


@pytest.mark.parametrize(
    ("module", "reason"), [*OTHER_DECODERS.items(), ("elsewhere", "VAE, which was not tested")]
)
def test_another_decoder_is_refused_with_a_reason(module: str, reason: str):
    with pytest.raises(InputError, match=rf"^vae: expected the VAE of Wan 2\.1, .*got {reason}"):
        loop_decoder(module, "VAE", makes_video=True)
