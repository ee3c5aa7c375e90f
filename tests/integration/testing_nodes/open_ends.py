"""A denoiser for which the ends of a clip are ends: what it takes for clean is smooth in time."""

from typing import Any

import torch
from comfy_api.latest import io

SMOOTHING = 1.5  # latent frames, standard deviation


def smooth_with_open_ends(
    executor: Any,
    latents: torch.Tensor,
    _timestep: Any,
    _context: Any,
    _clip: Any,
    _reference: Any,
    options: dict[str, Any],
    **further: Any,
) -> torch.Tensor:
    """Answer in place of the network, as a wrapper around it."""
    frames = torch.arange(latents.shape[2], device=latents.device)
    weights = torch.exp(-0.5 * ((frames[:, None] - frames) / SMOOTHING) ** 2)
    weights = weights / weights.sum(dim=1, keepdim=True)
    clean = torch.einsum("st,bcthw->bcshw", weights.to(latents.dtype), latents)
    return (latents - clean) / options["sigmas"][0]


class TestOpenEnds(io.ComfyNode):
    """Puts that denoiser in the place of a model's network."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        return io.Schema(
            node_id="TestOpenEnds",
            category="Test",
            inputs=[io.Model.Input("model")],
            outputs=[io.Model.Output()],
        )

    @classmethod
    def execute(cls, model: Any) -> io.NodeOutput:
        """Wrap the network of a copy."""
        copy = model.clone()
        copy.add_wrapper_with_key("diffusion_model", "open ends", smooth_with_open_ends)
        return io.NodeOutput(copy)
