"""Video models that can generate closed loops, and decoders for them, recognised by their classes.

The names of classes and modules are ComfyUI's. The models were tested with its own classes and
random weights: all that they receive is rotated with the latents, or refused by name. The decoders
were tested to decode a loop as if it had played before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ..frames import InputError

VIDEO_DIMENSIONS = 3
# Classes of models that were tested to make closed loops. A class derived from one of them takes
# further conditioning (sound, poses, cameras) and was not tested.
TESTED_MODELS = {
    **dict.fromkeys(("WAN21", "WAN22"), "Wan 2.1 or 2.2"),
    **dict.fromkeys(
        ("HunyuanVideo", "HunyuanVideoI2V", "HunyuanVideoSkyreelsI2V", "HunyuanVideo15"),
        "HunyuanVideo",
    ),
    "Kandinsky5": "Kandinsky 5",
    "CogVideoX": "CogVideoX",
}
# Latents of Wan 2.2's VAE: channels, and frames for each latent. Another model that denoises them,
# such as PAN 2, has one latent frame in each place, and the tested decoder.
WAN_22_LATENTS = (48, 4)
MODEL_NAMES = ", ".join(dict.fromkeys(TESTED_MODELS.values())) + " or PAN 2"

KEYFRAMES = (
    "Give it the same picture as first and last frame, decode with its own VAE, "
    "then use Find Loop or Close Loop."
)
# Classes of models whose latents can't be rotated by one, and why.
OTHER_MODELS = {
    "LTXV": "LTX, whose decoder looks at later frames too",
    "LTXAV": "LTX-2, whose latents hold the sound too and whose decoder looks at later frames",
    "MiniMaxH3": "MiniMax H3, whose latents hold the sound too and, in turn, 1, 4, 4, 4 and 4 "
    "frames",
    "CosmosVideo": "Cosmos, whose latents are scaled by their place in time",
}


class LatentFormat(Protocol):
    """Properties of a model's latents, as ComfyUI describes them."""

    latent_channels: int
    latent_dimensions: int
    temporal_downscale_ratio: int


def refuse_not_cyclic(classes: Sequence[str], latent_format: LatentFormat) -> None:
    """Refuse a model that was not shown to make closed loops.

    Args:
        classes: names of the model's class and of those that it is derived from, its own first.
        latent_format: its latents.

    Raises:
        InputError: it makes images, or it isn't one of the models that make loops.
    """
    kind = classes[0]
    if kind in TESTED_MODELS:
        return
    expected, remedy = f"a model of {MODEL_NAMES}", "Load such a model."
    reasons = [OTHER_MODELS[name] for name in classes if name in OTHER_MODELS]
    if latent_format.latent_dimensions < VIDEO_DIMENSIONS:
        received = f"{kind}, an image model: its latents have no time axis"
    elif reasons:
        received, remedy = f"{kind}: {reasons[0]}", KEYFRAMES
    else:
        latents = (latent_format.latent_channels, latent_format.temporal_downscale_ratio)
        if latents == WAN_22_LATENTS and TESTED_MODELS.keys().isdisjoint(classes):
            return
        received = f"{kind}, which was not tested to make closed loops"
    raise InputError("model", expected, received, remedy)


@dataclass(frozen=True)
class LoopDecoder:
    """Video decoder that can decode across the seam.

    Attributes:
        name: name of the decoder for people.
        averages: True if it also averages over all latents that it gets, and over pairs of them.
    """

    name: str
    averages: bool = False

    def latents_before(self, wrap: int, frames: int) -> int:
        """Return the number of latents that are put before a clip.

        Args:
            wrap: number of latents that suffice for a decoder that doesn't average.
            frames: number of latents of the clip.

        Returns:
            `wrap`; or, for a decoder that averages, as many rounds of the clip as have so many
            latents and make whole pairs with the clip, so that the averages are those of the clip
            wherever it begins.
        """
        if not self.averages:
            return wrap
        rounds = -(-wrap // frames)
        return (rounds + (rounds + 1) * frames % 2) * frames


# By the module of the decoder's class. Wan's decoders are causal: they reach back 37.5 latents, 24
# at the latents' own frame rate (2 for each of 12 convolutions over three frames, in the first
# layer, the middle, three blocks and the doubling of the rate), 14 / 2 at twice the rate, and
# 26 / 4 at four times the rate. The others have causal convolutions too, but they also attend to
# the whole clip (HunyuanVideo) or normalise by it (CogVideoX), and decode two latents at a time.
LOOP_DECODERS = {
    "comfy.ldm.wan.vae": LoopDecoder("Wan 2.1"),
    "comfy.ldm.wan.vae2_2": LoopDecoder("Wan 2.2"),
    "comfy.ldm.modules.diffusionmodules.model": LoopDecoder("HunyuanVideo", averages=True),
    "comfy.ldm.hunyuan_video.vae_refiner": LoopDecoder("HunyuanVideo 1.5", averages=True),
    "comfy.ldm.cogvideo.vae": LoopDecoder("CogVideoX", averages=True),
}
# Number of earlier latents that the frames of a latent depend on in Wan's decoders.
WAN_REACH = 38
# Decoders that a copy of the loop's end doesn't help, and why.
OTHER_DECODERS = {
    "comfy.ldm.lightricks.vae.causal_video_autoencoder": "LTX's, which looks at later frames too",
    "comfy.ldm.minimax.vae": "MiniMax H3's, which decodes pieces of 17 frames",
    "comfy.ldm.cosmos.cosmos_tokenizer.layers3d": "Cosmos', which scales latents by their place in "
    "time",
}


def loop_decoder(module: str, network: str, makes_video: bool) -> LoopDecoder:
    """Return the decoder that decodes across the seam.

    Args:
        module: module of the class of the VAE's decoder.
        network: name of the VAE's class, for the message.
        makes_video: False if the VAE decodes single images.

    Raises:
        InputError: it decodes images, or it was not shown to decode across the seam.
    """
    decoder = LOOP_DECODERS.get(module)
    if decoder is not None and makes_video:
        return decoder
    names = [each.name for each in LOOP_DECODERS.values()]
    expected = f"the VAE of {', '.join(names[:-1])} or {names[-1]}"
    if not makes_video:
        received = f"{network}, which decodes single images: they have no seam"
        remedy = "Load the video's VAE; for images use VAE Decode."
    elif module in OTHER_DECODERS:
        received, remedy = OTHER_DECODERS[module], "Use VAE Decode, then Find Loop or Close Loop."
    else:
        received = f"{network}, which was not tested to decode across the seam"
        remedy = "Load the VAE that belongs to the model."
    raise InputError("vae", expected, received, remedy)
