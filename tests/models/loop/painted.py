"""Simple motion whose truth is known: a disc on a still picture."""

import io

import av
import numpy as np
import torch
from PIL import Image


def texture(height, width, seed=0):
    """A smooth picture that is nowhere the same."""
    coarse = torch.rand(1, 3, height // 8 + 2, width // 8 + 2, generator=_random(seed))
    fine = torch.nn.functional.interpolate(coarse, size=(height, width), mode="bicubic")
    return fine[0].movedim(0, -1).clamp(0, 1)


def disc_clip(places, background, radius=9.0):
    """A red disc at each place (x, y), in px; shape (frames, height, width, 3)."""
    height, width = background.shape[:2]
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    frames = []
    for across, down in places:
        distance = ((x - across) ** 2 + (y - down) ** 2).sqrt()
        cover = (radius - distance + 0.5).clamp(0, 1)[..., None]
        frames.append(background * (1 - cover) + torch.tensor([0.9, 0.1, 0.1]) * cover)
    return torch.stack(frames)


def circle(frames, period, middle=(48, 32), radius=18.0, start=0.0):
    """Places on a circle, passed once in a period."""
    angles = 2 * np.pi * (np.arange(frames) / period + start)
    return [(middle[0] + radius * np.cos(a), middle[1] + radius * np.sin(a)) for a in angles]


def swing(frames, period, middle=(48, 32), width=25.0):
    """Places on a line, passed forth and back once in a period."""
    angles = 2 * np.pi * (np.arange(frames) + 0.3) / period
    return [(middle[0] + width * np.sin(a), middle[1]) for a in angles]


def noisy(frames, levels=3.0, seed=0):
    """With noise of a standard deviation in grey levels of 255."""
    noise = torch.randn(frames.shape, generator=_random(seed)) * levels / 255
    return (frames + noise).clamp(0, 1)


def as_jpeg(frames, quality=40):
    """After being written as JPEG and read again."""
    worn = []
    for frame in frames:
        file = io.BytesIO()
        Image.fromarray((frame.numpy() * 255).round().astype(np.uint8)).save(
            file, "JPEG", quality=quality
        )
        worn.append(torch.from_numpy(np.asarray(Image.open(file)).copy()).float() / 255)
    return torch.stack(worn)


def as_video(frames, crf=23):
    """After being written as H.264 and read again; even sides."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as video:
        stream = video.add_stream("libx264", rate=12, options={"crf": str(crf)})
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = "yuv420p"
        for frame in (frames * 255).round().byte().numpy():
            video.mux(stream.encode(av.VideoFrame.from_ndarray(frame, "rgb24")))
        video.mux(stream.encode())
    file.seek(0)
    with av.open(file) as video:
        decoded = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
    return torch.from_numpy(np.stack(decoded)).float() / 255


def brighter(frames, share=0.02):
    """With a gain that grows to 1 + share over the clip."""
    return (frames * torch.linspace(1, 1 + share, len(frames)).view(-1, 1, 1, 1)).clamp(0, 1)


def _random(seed):
    return torch.Generator().manual_seed(seed)
