"""Functions that plant faults into pictures at a known strength, to test the measures."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import torch
from PIL import Image
from torch.nn.functional import interpolate

from ..models.image_ops.colour import linear_light, srgb_colours
from ..models.image_ops.windows import gaussian_weights, windowed_mean

GREY_LEVELS = 255
# Grey levels of the shadow that `band` draws: the darkest level, and the range above it. Bands are
# most visible in dark areas.
DARKEST, SHADOW = 24, 30
STEP = 12  # width of a band in px
RIPPLE = 0.25  # frequency of the ripples of `ring` in cycles per pixel
SEED = 1


@dataclass(frozen=True)
class Distortion:
    """Fault of a picture or a clip that can be planted at several strengths.

    Attributes:
        plant: function from frames (RGB in 0–1, shape (frames, height, width, 3)) and a strength
            to frames with the fault.
        strengths: six strengths, from weak to strong.
        none: strength at which `plant` changes nothing, for a comparison without a fault.
        unit: unit of a strength.
        own: name of the measure that is made for this fault.
    """

    plant: Callable[[torch.Tensor, float], torch.Tensor]
    strengths: tuple[float, ...]
    none: float
    unit: str
    own: str


def blur(frames: torch.Tensor, deviation: float) -> torch.Tensor:
    """Blur with a Gaussian; `deviation` is its standard deviation in px."""
    if deviation <= 0:
        return frames
    radius = max(1, round(4 * deviation))
    weights = gaussian_weights(deviation, radius)
    return windowed_mean(_mirrored(frames, radius), weights).movedim(1, -1).contiguous()


def add_noise(frames: torch.Tensor, deviation: float) -> torch.Tensor:
    """Add Gaussian noise, the same in all channels; `deviation` is in grey levels."""
    generator = torch.Generator().manual_seed(SEED)
    noise = torch.randn((*frames.shape[:3], 1), generator=generator).to(frames.device)
    return (frames + noise * (deviation / GREY_LEVELS)).clamp(0, 1)


def band(frames: torch.Tensor, share: float) -> torch.Tensor:
    """Cover a share of the picture, from the left, with a dark shadow that has visible bands."""
    height, width = frames.shape[1:3]
    covered = round(width * share)
    y = torch.arange(height, device=frames.device)[:, None]
    x = torch.arange(width, device=frames.device)
    # The shadow rises and falls in steps of one grey level, each `STEP` px wide.
    step = ((x + 0.3 * y) / STEP).floor().remainder(2 * SHADOW)
    shadow = (DARKEST + torch.minimum(step, 2 * SHADOW - step)) / GREY_LEVELS
    return torch.where((x < covered)[..., None], shadow[..., None], frames)


def posterise(frames: torch.Tensor, step: float) -> torch.Tensor:
    """Reduce the tones to steps of `step` grey levels, as with few bits per channel."""
    return (frames * (GREY_LEVELS / step)).floor() * (step / GREY_LEVELS)


def compress(frames: torch.Tensor, quality: float) -> torch.Tensor:
    """Compress as JPEG with colours at full resolution; a quality above 100 changes nothing."""
    if quality > 100:
        return frames
    pictures = []
    stored: np.ndarray = (frames.cpu().numpy() * GREY_LEVELS).round().astype(np.uint8)
    for pixels in stored:
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=round(quality), subsampling=0)
        with Image.open(file) as image:
            pictures.append(np.asarray(image).copy())
    return torch.from_numpy(np.stack(pictures)).to(frames.device).float() / GREY_LEVELS


def overexpose(frames: torch.Tensor, stops: float) -> torch.Tensor:
    """Add `stops` stops of light and clip the values above white."""
    return srgb_colours(linear_light(frames) * 2**stops).clamp(0, 1)


def enlarge(frames: torch.Tensor, scale: float) -> torch.Tensor:
    """Make the picture smaller by a scale and enlarge it again, both with a bicubic filter."""
    if scale <= 1:
        return frames
    height, width = frames.shape[1:3]
    small = (max(1, round(height / scale)), max(1, round(width / scale)))
    pictures = frames.movedim(-1, 1)
    smaller = interpolate(pictures, small, mode="bicubic", antialias=True)
    larger = interpolate(smaller, (height, width), mode="bicubic")
    return larger.clamp(0, 1).movedim(1, -1).contiguous()


def ring(frames: torch.Tensor, strength: float) -> torch.Tensor:
    """Add ripples along lines.

    A low-pass filter with a sharp cutoff causes ripples; one with a soft cutoff does not. The
    difference of the two, both with a cutoff of a quarter of a cycle per pixel, is added.

    Args:
        frames: RGB in 0–1.
        strength: factor of the difference; 1 adds the ripples of the sharp filter.
    """
    if strength <= 0:
        return frames
    margin = 32
    pictures = _mirrored(frames, margin)
    height, width = pictures.shape[-2:]
    spectrum = torch.fft.rfft2(pictures)
    across = torch.fft.rfftfreq(width, device=frames.device)
    down = torch.fft.fftfreq(height, device=frames.device)[:, None]
    sharp = ((across.abs() < RIPPLE) & (down.abs() < RIPPLE)).float()
    soft = torch.exp(-0.5 * ((across / (RIPPLE / 2)) ** 2 + (down / (RIPPLE / 2)) ** 2))
    ripples = torch.fft.irfft2(spectrum * (sharp - soft), s=(height, width))
    inner = ripples[..., margin:-margin, margin:-margin].movedim(1, -1)
    return (frames + strength * inner).clamp(0, 1)


def _mirrored(frames: torch.Tensor, margin: int) -> torch.Tensor:
    """Return the frames with channels first and mirrored margins on all sides, in px."""
    pictures = frames.movedim(-1, 1)
    for dim in (-1, -2):
        length = pictures.shape[dim]
        positions = torch.arange(-margin, length + margin, device=frames.device)
        wrapped = positions.remainder(2 * length)
        pictures = pictures.index_select(dim, torch.minimum(wrapped, 2 * length - 1 - wrapped))
    return pictures


SPATIAL: Mapping[str, Distortion] = MappingProxyType(
    {
        "blur": Distortion(blur, (0.7, 1.0, 1.5, 2.0, 3.0, 4.0), 0.0, "px", "edge_width"),
        "noise": Distortion(add_noise, (1, 2, 4, 8, 12, 20), 0.0, "grey levels", "noise"),
        "banding": Distortion(
            band, (0.05, 0.1, 0.2, 0.3, 0.45, 0.6), 0.0, "of the width", "banding"
        ),
        "posterisation": Distortion(
            posterise, (8, 12, 16, 24, 32, 48), 1.0, "grey levels", "posterisation"
        ),
        "JPEG": Distortion(compress, (80, 60, 40, 25, 15, 8), 101.0, "quality", "blockiness"),
        "clipping": Distortion(overexpose, (0.5, 1.0, 1.5, 2.0, 2.5, 3.0), 0.0, "stops", "clipped"),
        "low resolution": Distortion(
            enlarge, (1.5, 2.0, 2.5, 3.0, 4.0, 6.0), 1.0, "×", "resolution"
        ),
        "ringing": Distortion(
            ring, (0.2, 0.4, 0.6, 0.8, 1.2, 1.6), 0.0, "of a sharp cut", "ringing"
        ),
    }
)
