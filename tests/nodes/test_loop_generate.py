"""A model that denoises a circle: turned noise gives the same clip, turned; and the seam closes."""

import importlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from anime_production.models.frames import InputError
from anime_production.nodes.loop_generate import APPLY_MODEL

from ..integration.tiny_wan import (
    IMAGE_TO_VIDEO_22_FILE,
    IMAGE_TO_VIDEO_FILE,
    TRANSFORMER_22_FILE,
    TRANSFORMER_FILE,
)
from .sampling import (
    STEPS,
    load_model,
    random_latents,
    sample,
    smooth_with_open_ends,
    with_wrapper,
)

FRAMES, TURNED = 7, 3
# The network computes the very same numbers for both; what differs is rounding, if anything.
TOLERANCE = 1e-5
SHIFT, FIRST = 2, 1


@pytest.fixture(scope="module")
def load(tiny_models: Path) -> Callable[[str], Any]:
    """Loads a tiny model by its file's name."""
    return lambda file: load_model(tiny_models, file)


@pytest.fixture(scope="module")
def model(load: Callable[[str], Any]) -> Any:
    """The text-to-video model."""
    return load(TRANSFORMER_FILE)


def turn(latents: torch.Tensor, frames: int = TURNED) -> torch.Tensor:
    return latents.roll(frames, dims=2)


def difference(first: torch.Tensor, second: torch.Tensor) -> float:
    return (first - second).abs().max().item()


def seam_ratio(latents: torch.Tensor) -> float:
    """The step across the seam over the usual one."""
    steps = (turn(latents, -1) - latents).pow(2).mean(dim=(0, 1, 3, 4)).sqrt()
    return (steps[-1] / steps[:-1].median()).item()


def watched(
    model: Any, looping: Callable[..., Any], **settings: Any
) -> tuple[Any, list[tuple[float, int]]]:
    """The looping model, and a list that gets noise level and offset of every call."""
    calls: list[tuple[float, int]] = []
    unturned: list[torch.Tensor] = []

    def outside(executor: Any, latents: torch.Tensor, *others: Any, **named: Any) -> Any:
        unturned.append(latents)
        return executor(latents, *others, **named)

    def inside(executor: Any, latents: torch.Tensor, sigma: Any, *others: Any, **named: Any) -> Any:
        frames = latents.shape[2]
        (offset,) = [k for k in range(frames) if torch.equal(turn(unturned[-1], k), latents)]
        calls.append((float(sigma[0]), offset))
        return executor(latents, sigma, *others, **named)

    patched = looping(with_wrapper(model, APPLY_MODEL, outside), **settings)
    return with_wrapper(patched, APPLY_MODEL, inside), calls


def test_the_name_of_the_wrapper_is_comfyuis():
    extension: Any = importlib.import_module("comfy.patcher_extension")
    assert extension.WrappersMP.APPLY_MODEL == APPLY_MODEL


@pytest.mark.parametrize(
    ("sampler", "cfg"),
    [("euler", 1.0), ("euler", 5.0), ("dpmpp_2m", 1.0), ("dpmpp_2m", 5.0), ("heun", 1.0)]
    + [("heun", 5.0), ("uni_pc", 5.0), ("dpm_2", 5.0)],
)
def test_turned_noise_and_an_offset_turned_back_give_the_same_clip_turned(
    model, looping, sampler, cfg
):
    noise = random_latents(FRAMES)
    first = sample(looping(model, shift=SHIFT, first_offset=FIRST), noise, sampler, cfg)
    back = looping(model, shift=SHIFT, first_offset=FIRST - TURNED)
    assert difference(turn(first), sample(back, turn(noise), sampler, cfg)) <= TOLERANCE
    without = sample(model, noise, sampler, cfg)
    assert difference(turn(without), sample(model, turn(noise), sampler, cfg)) > 1e-2


@pytest.mark.parametrize("file", [IMAGE_TO_VIDEO_FILE, IMAGE_TO_VIDEO_22_FILE])
def test_a_start_image_and_its_mask_turn_with_the_latents(load, looping, file):
    model, noise = load(file), random_latents(FRAMES)
    image, mask = random_latents(FRAMES, seed=1), torch.ones(1, 1, FRAMES, 4, 4)
    mask[:, :, 0] = 0
    given = {"concat_latent_image": image, "concat_mask": mask}
    turned = {"concat_latent_image": turn(image), "concat_mask": turn(mask)}
    if file == IMAGE_TO_VIDEO_FILE:
        clip: Any = importlib.import_module("comfy.clip_vision").Output()
        clip["penultimate_hidden_states"] = torch.randn(1, 257, 1280)
        given["clip_vision_output"] = turned["clip_vision_output"] = clip
    first = sample(looping(model, first_offset=FIRST), noise, cfg=5.0, **given)
    back = looping(model, first_offset=FIRST - TURNED)
    assert difference(turn(first), sample(back, turn(noise), cfg=5.0, **turned)) <= TOLERANCE
    assert difference(turn(first), sample(back, turn(noise), cfg=5.0, **given)) > 1e-2, (
        "the start image had no say"
    )


def test_the_small_wan_2_2_turns_its_mask_and_keeps_its_start_image(load, looping):
    model = load(TRANSFORMER_22_FILE)
    noise, image = random_latents(FRAMES, 48), random_latents(FRAMES, 48, seed=1)
    mask = torch.ones(1, 1, FRAMES, 4, 4)
    mask[:, :, 0] = 0
    seen: list[tuple[torch.Tensor, int]] = []

    def inside(executor: Any, latents: torch.Tensor, *others: Any, **named: Any) -> Any:
        seen.append((named["denoise_mask"], latents.shape[2]))
        return executor(latents, *others, **named)

    patched = looping(model, first_offset=FIRST)
    first = sample(with_wrapper(patched, APPLY_MODEL, inside), noise, latent=image, mask=mask)
    held = [int(each[0, 0].mean(dim=(1, 2)).argmin()) for each, _ in seen]
    assert held == [(FIRST + step) % FRAMES for step in range(STEPS)]
    back = looping(model, first_offset=FIRST - TURNED)
    again = sample(back, turn(noise), latent=turn(image), mask=turn(mask))
    assert difference(turn(first), again) <= TOLERANCE
    assert difference(first[:, :, 0], image[:, :, 0]) <= TOLERANCE


@pytest.mark.parametrize("words", [(8, 8), (8, 6)], ids=["one batch", "two batches"])
@pytest.mark.parametrize("sampler", ["euler", "heun", "dpm_2"])
def test_all_calls_at_one_noise_level_have_one_offset_and_it_advances(
    model, looping, sampler, words
):
    patched, calls = watched(model, looping, shift=SHIFT, first_offset=FIRST)
    sample(patched, random_latents(FRAMES), sampler, cfg=5.0, words=words)
    offsets: dict[float, set[int]] = {}
    for sigma, offset in calls:
        offsets.setdefault(sigma, set()).add(offset)
    assert all(len(each) == 1 for each in offsets.values())
    assert len(calls) >= len(offsets) * len(set(words))
    in_order = [offsets[sigma].pop() for sigma in sorted(offsets, reverse=True)]
    advancing = [(FIRST + SHIFT * step) % FRAMES for step in range(STEPS)]
    assert list(dict.fromkeys(in_order)) == advancing


def test_start_and_end_bound_the_turning(model, looping):
    patched, calls = watched(model, looping, first_offset=1, start_percent=0.3, end_percent=0.8)
    sample(patched, random_latents(FRAMES))
    sampling = model.get_model_object("model_sampling")
    high, low = sampling.percent_to_sigma(0.3), sampling.percent_to_sigma(0.8)
    assert {low <= sigma <= high for sigma, _ in calls} == {True, False}
    for step, (sigma, offset) in enumerate(calls):
        assert offset == ((1 + step) % FRAMES if low <= sigma <= high else 0)


def test_a_window_that_no_step_lies_in_changes_nothing(model, looping):
    noise = random_latents(FRAMES)
    patched = looping(model, start_percent=0.9999, end_percent=1.0)
    assert torch.equal(sample(patched, noise), sample(model, noise))


def test_the_given_model_stays_as_it_is_and_the_node_applied_twice_counts_once(model, looping):
    noise = random_latents(FRAMES)
    plain = sample(model, noise)
    once, twice = looping(model, shift=2), looping(looping(model, shift=5), shift=2)
    assert torch.equal(sample(model, noise), plain)
    assert torch.equal(sample(twice, noise), sample(once, noise))
    assert difference(sample(once, noise), plain) > 1e-2


def test_it_works_beside_other_wrappers_whichever_comes_first(model, looping):
    def halve(executor: Any, *given: Any, **named: Any) -> Any:
        return executor(*given, **named) / 2

    noise = random_latents(FRAMES)
    outer = sample(looping(with_wrapper(model, APPLY_MODEL, halve)), noise)
    inner = sample(with_wrapper(looping(model), APPLY_MODEL, halve), noise)
    assert difference(outer, inner) <= TOLERANCE
    assert difference(outer, sample(looping(model), noise)) > 1e-2


@pytest.mark.parametrize("frames", [9, 13])
@pytest.mark.parametrize("sampler", ["euler", "dpmpp_2m", "heun"])
def test_the_seam_closes_where_a_denoiser_knows_only_open_ends(model, looping, sampler, frames):
    open_ends = with_wrapper(model, APPLY_MODEL, smooth_with_open_ends)
    closed = with_wrapper(looping(model), APPLY_MODEL, smooth_with_open_ends)
    noise = random_latents(frames)
    assert seam_ratio(sample(open_ends, noise, sampler)) > 3
    assert 0.8 < seam_ratio(sample(closed, noise, sampler)) < 1.25


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"time_dim_concat": random_latents(2)}, "time_dim_concat"),
        ({"reference_latents": [random_latents(1)]}, "reference_latent"),
        ({"context_latents": [random_latents(FRAMES)]}, "context_latents"),
    ],
)
def test_conditioning_that_cannot_turn_is_refused_by_name(model, looping, given, name):
    with pytest.raises(InputError, match=rf"^{name}: expected no conditioning but"):
        sample(looping(model), random_latents(FRAMES), **given)


def test_several_devices_denoise_the_parts_of_a_step_in_threads_of_their_own(load, looping):
    """ComfyUI's own way of sharing out prompts; both devices are the CPU, under two names."""
    patched = looping(load(TRANSFORMER_FILE), shift=SHIFT, first_offset=FIRST)
    noise, words = random_latents(FRAMES), (8, 6)
    alone = sample(patched, noise, cfg=5.0, words=words)
    second = patched.deepclone_multigpu(new_load_device=torch.device("cpu", 0))
    second.is_multigpu_base_clone = True
    patched.set_additional_models("multigpu", [second])
    threads: set[int] = set()

    def watch(executor: Any, *given: Any, **named: Any) -> Any:
        threads.add(threading.get_ident())
        return executor(*given, **named)

    together = sample(with_wrapper(patched, APPLY_MODEL, watch), noise, cfg=5.0, words=words)
    assert difference(alone, together) <= TOLERANCE
    assert len(threads) == 2


@pytest.mark.slow
def test_any_sampler_of_comfyui_goes_with_it_and_turns_exactly_where_it_draws_no_noise(
    model, looping
):
    samplers: Any = importlib.import_module("comfy.samplers").KSampler.SAMPLERS
    noise, exact = random_latents(FRAMES), set()
    for sampler in samplers:
        first = sample(looping(model, first_offset=FIRST), noise, sampler)
        assert first.isfinite().all(), sampler
        plain = [sample(model, noise, sampler, seed=seed) for seed in (0, 1)]
        if torch.equal(*plain):
            back = sample(looping(model, first_offset=FIRST - TURNED), turn(noise), sampler)
            assert difference(turn(first), back) <= 1e-3 * first.abs().max(), sampler
            exact.add(sampler)
    assert {"euler", "heun", "dpmpp_2m", "uni_pc", "lms", "deis"} <= exact


def test_half_precision_between_nodes_goes_through(load, looping, monkeypatch):
    """ComfyUI's --fp16-intermediates: latents, start images and masks are half."""
    arguments: Any = importlib.import_module("comfy.cli_args").args
    model, noise = looping(load(IMAGE_TO_VIDEO_22_FILE)), random_latents(FRAMES)
    image, mask = random_latents(FRAMES, seed=1), torch.ones(1, 1, FRAMES, 4, 4)
    single = sample(model, noise, concat_latent_image=image, concat_mask=mask)
    monkeypatch.setattr(arguments, "fp16_intermediates", True)
    half = {"concat_latent_image": image.half(), "concat_mask": mask.half()}
    latents = sample(model, noise.half(), latent=torch.zeros_like(noise).half(), **half)
    assert latents.dtype is torch.float16
    assert difference(single, latents.float()) <= 0.02 * single.abs().max()


def test_latents_of_an_image_are_refused(model, looping):
    with pytest.raises(InputError, match="latents"):
        sample(looping(model), random_latents(FRAMES)[:, :, 0])


def test_an_empty_window_is_refused(model, looping):
    with pytest.raises(InputError, match=r"^start_percent: expected less than end_percent"):
        looping(model, start_percent=0.5, end_percent=0.5)


@pytest.mark.parametrize(
    "wrapping", ["easycache", "context", "rel_l1_thresh", "magcache_thresh", "magcache_options"]
)
def test_what_would_stay_behind_is_refused_in_words(model, looping, wrapping):
    if wrapping == "easycache":
        node: Any = importlib.import_module("comfy_extras.nodes_easycache").EasyCacheNode
        patched = node.execute(model, 0.2, 0.1, 0.9, False).args[0]
    elif wrapping != "context":  # an option that nodes of other packs set
        patched = model.clone()
        patched.model_options["transformer_options"][wrapping] = 0.2
    else:
        node = importlib.import_module(
            "comfy_extras.nodes_context_windows"
        ).WanContextWindowsManualNode
        patched = node.execute(model, 17, 5, "standard_static", 1, False, "pyramid", False).args[0]
    with pytest.raises(InputError, match=r"^model: expected a model without parts"):
        sample(looping(patched), random_latents(FRAMES))
