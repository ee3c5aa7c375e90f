"""Sampling with tiny video models, loaded from files and denoised by ComfyUI itself."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

STEPS = 4
SMOOTHING = 1.5  # latent frames, standard deviation


def load_model(folder: Path, file: str) -> Any:
    """A MODEL, as UNETLoader gives it."""
    sd: Any = importlib.import_module("comfy.sd")
    return sd.load_diffusion_model(str(folder / "diffusion_models" / file))


def load_vae(folder: Path, file: str) -> Any:
    """A VAE, as VAELoader gives it."""
    sd: Any = importlib.import_module("comfy.sd")
    files: Any = importlib.import_module("comfy.utils")
    return sd.VAE(sd=files.load_torch_file(str(folder / "vae" / file)))


def random_latents(frames: int, channels: int = 16, seed: int = 0) -> torch.Tensor:
    """Noise of a clip of 32×32."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(1, channels, frames, 4, 4, generator=generator)


def sample(
    model: Any,
    noise: torch.Tensor,
    sampler: str = "euler",
    cfg: float = 1.0,
    latent: torch.Tensor | None = None,
    mask: torch.Tensor | None = None,
    words: tuple[int, int] = (8, 8),
    seed: int = 0,
    text: int = 4096,
    steps: int = STEPS,
    **conditioning: Any,
) -> torch.Tensor:
    """What KSampler makes of given noise.

    Args:
        model: the MODEL.
        noise: what it starts with.
        sampler, cfg: as KSampler's.
        latent, mask: what stands below the noise, and where it may change.
        words: length of the prompt and of the negative one; different ones are not computed in
            one batch.
        seed: of the noise that some samplers add.
        text: length of a text's features.
        steps: as KSampler's.
        conditioning: further values of both.
    """
    sampling: Any = importlib.import_module("comfy.sample")
    prompts = []
    for number, length in enumerate(words):
        generator = torch.Generator().manual_seed(number)
        prompts.append([[torch.randn(1, length, text, generator=generator), dict(conditioning)]])
    below = torch.zeros_like(noise) if latent is None else latent
    with torch.inference_mode():
        return sampling.sample(
            model,
            noise,
            steps,
            cfg,
            sampler,
            "simple",
            *prompts,
            below,
            noise_mask=mask,
            disable_pbar=True,
            seed=seed,
        )


def with_wrapper(model: Any, kind: str, wrapper: Callable[..., Any]) -> Any:
    """A copy of a model with one more wrapper, inside of those that it has."""
    copy = model.clone()
    copy.add_wrapper_with_key(kind, f"test {len(copy.get_all_wrappers(kind))}", wrapper)
    return copy


def smooth_with_open_ends(
    _executor: Any, latents: torch.Tensor, *_others: Any, **_named: Any
) -> Any:
    """Answer in place of a model, as a wrapper around it: what is clean in given latents.

    For this denoiser the ends of a clip are ends: what it takes for clean is smooth in time.
    """
    frames = torch.arange(latents.shape[2], device=latents.device)
    weights = torch.exp(-0.5 * ((frames[:, None] - frames) / SMOOTHING) ** 2)
    weights = weights / weights.sum(dim=1, keepdim=True)
    return torch.einsum("st,bcthw->bcshw", weights.to(latents.dtype), latents)
