"""Sound in files, written and read."""

import importlib
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..frames import InputError
from ..sound.sound import Sound
from .tags import write_tags

LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}  # names of FFmpeg by the number of channels
LARGEST_RATE = 655_350  # samples per second of a FLAC
FLAC_BITS = 24  # as many as a float between −1 and 1 has
FLAC_BLOCK = 1 << 16  # samples that are handed over at a time


def check_writable(sounds: Sequence[Sound], name: str = "audio") -> None:
    """Refuse sounds that no file can hold.

    Args:
        sounds: sounds to write.
        name: name of the input, for the error.

    Raises:
        InputError: a sound has neither 1, 2 nor 6 channels, or more samples per second than a FLAC.
    """
    for sound in sounds:
        if len(sound.waveform) not in LAYOUTS:
            remedy = "Mix it down to mono or stereo first."
            raise InputError(name, "1, 2 or 6 channels", str(len(sound.waveform)), remedy)
        if sound.rate > LARGEST_RATE:
            expected = f"at most {LARGEST_RATE:,} samples per second"
            raise InputError(name, expected, f"{sound.rate:,}", "Resample it first, to 48000.")


def layout_of(sound: Sound) -> str:
    """Return FFmpeg's name of a sound's channels."""
    return LAYOUTS[len(sound.waveform)]


def write_flac(path: Path, sound: Sound, facts: Mapping[str, Any]) -> None:
    """Write a sound without loss.

    Args:
        path: path of the file.
        sound: the sound; values beyond −1–1 are clipped.
        facts: metadata by key; an empty mapping writes none.
    """
    av: Any = importlib.import_module("av")
    with av.open(str(path), "w", format="flac") as container:
        write_tags(container, facts)
        stream = container.add_stream("flac", rate=sound.rate, layout=layout_of(sound))
        stream.codec_context.format = "s32"
        stream.codec_context.options = {"bits_per_raw_sample": str(FLAC_BITS)}
        for frame in audio_frames(sound, FLAC_BLOCK):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def audio_frames(sound: Sound, block: int) -> Iterator[Any]:
    """Yield a sound in PyAV's frames.

    Args:
        sound: the sound.
        block: samples of a frame; the last can have fewer.
    """
    av: Any = importlib.import_module("av")
    values = sound.waveform.detach().float().cpu().numpy()
    for start in range(0, sound.samples, block):
        part = np.ascontiguousarray(values[:, start : start + block].clip(-1, 1))
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout=layout_of(sound))
        frame.sample_rate, frame.pts = sound.rate, start
        frame.time_base = Fraction(1, sound.rate)
        yield frame


def read_sound(path: Path) -> Sound | None:
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
            return Sound(torch.from_numpy(np.ascontiguousarray(samples)), int(stream.rate))
    except av.error.FFmpegError as error:
        remedy = "Choose another file, or save it again."
        received = f"a file that is damaged ({error.strerror})"
        raise InputError(path.name, "a file with sound", received, remedy) from error
