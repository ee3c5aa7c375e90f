"""Sound in files: ComfyUI's AUDIO checked, cut and written, and read again."""

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..frames import InputError
from .tags import write_tags

LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}  # names of FFmpeg by the number of channels
FLAC_BITS = 24  # as many as a float between −1 and 1 has
FLAC_BLOCK = 1 << 16  # samples that are handed over at a time


@dataclass(frozen=True, eq=False)
class AudioTrack:
    """One sound.

    Attributes:
        samples: values in −1–1, float32, shape (channels, samples).
        rate: samples per second.
    """

    samples: np.ndarray
    rate: int

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return self.samples.shape[1] / self.rate

    @property
    def layout(self) -> str:
        """FFmpeg's name of the channels."""
        return LAYOUTS[len(self.samples)]

    def until(self, seconds: Fraction) -> "AudioTrack":
        """Return the beginning of the sound, at most as long as some seconds."""
        return AudioTrack(self.samples[:, : round(seconds * self.rate)], self.rate)


def audio_tracks(audio: object, name: str = "audio") -> tuple[AudioTrack, ...]:
    """Check ComfyUI's AUDIO and return its sounds, of which a batch can have several.

    Args:
        audio: mapping with `waveform`, shape (sounds, channels, samples), and `sample_rate`.
        name: name of the input, for the error.

    Raises:
        InputError: it is no AUDIO, has no samples, has channels that no file has, or its values are
            NaN or infinite.
    """
    waveform = audio.get("waveform") if isinstance(audio, Mapping) else None
    rate = audio.get("sample_rate") if isinstance(audio, Mapping) else None
    if not isinstance(waveform, torch.Tensor) or waveform.ndim != 3 or not rate:
        remedy = "Connect an AUDIO output."
        raise InputError(name, "a sound", type(audio).__name__, remedy)
    count, channels, samples = waveform.shape
    if not (count and samples):
        remedy = "Look at the node before this one, or leave the input unconnected."
        raise InputError(name, "a sound with samples", "none", remedy)
    if channels not in LAYOUTS:
        remedy = "Mix it down to mono or stereo first."
        raise InputError(name, "1, 2 or 6 channels", str(channels), remedy)
    if not waveform.isfinite().all():
        remedy = "Make the sound again."
        raise InputError(name, "finite values", "NaN or infinity", remedy)
    values = waveform.detach().float().cpu().numpy()
    return tuple(AudioTrack(np.ascontiguousarray(each), int(rate)) for each in values)


def as_audio(sound: AudioTrack) -> dict[str, Any]:
    """Return a sound as ComfyUI's AUDIO."""
    return {"waveform": torch.from_numpy(sound.samples)[None], "sample_rate": sound.rate}


def write_flac(path: Path, sound: AudioTrack, facts: Mapping[str, Any]) -> None:
    """Write a sound without loss.

    Args:
        path: path of the file.
        sound: the sound; values beyond −1–1 are clipped.
        facts: metadata by key; an empty mapping writes none.
    """
    av: Any = importlib.import_module("av")
    with av.open(str(path), "w", format="flac") as container:
        write_tags(container, facts)
        stream = container.add_stream("flac", rate=sound.rate, layout=sound.layout)
        stream.codec_context.format = "s32"
        stream.codec_context.options = {"bits_per_raw_sample": str(FLAC_BITS)}
        for frame in audio_frames(sound, FLAC_BLOCK):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def audio_frames(sound: AudioTrack, block: int) -> Iterator[Any]:
    """Yield a sound in PyAV's frames.

    Args:
        sound: the sound.
        block: samples of a frame; the last can have fewer.
    """
    av: Any = importlib.import_module("av")
    for start in range(0, sound.samples.shape[1], block):
        part = np.ascontiguousarray(sound.samples[:, start : start + block].clip(-1, 1))
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout=sound.layout)
        frame.sample_rate, frame.pts = sound.rate, start
        frame.time_base = Fraction(1, sound.rate)
        yield frame


def read_sound(path: Path) -> AudioTrack | None:
    """Return the sound of a video or of a sound file; None if it has none.

    Raises:
        InputError: the file can't be read.
    """
    av: Any = importlib.import_module("av")
    try:
        with av.open(str(path)) as container:
            streams = [each for each in container.streams.audio if each.codec_context is not None]
            if not streams:
                return None
            stream = streams[0]
            resampler = av.AudioResampler(format="fltp")
            frames = (
                each for frame in container.decode(stream) for each in resampler.resample(frame)
            )
            parts = [frame.to_ndarray() for frame in frames]
            if not parts:
                return None
            samples = np.concatenate(parts, axis=1)
            if stream.duration and stream.time_base:  # the codec's last block is filled up
                samples = samples[:, : round(stream.duration * stream.time_base * stream.rate)]
            return AudioTrack(np.ascontiguousarray(samples), int(stream.rate))
    except av.error.FFmpegError as error:
        remedy = "Choose another file, or save it again."
        received = f"a file that is damaged ({error.strerror})"
        raise InputError(path.name, "a file with sound", received, remedy) from error
