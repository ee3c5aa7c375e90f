"""SHA-256 of model files, read from notes beside them, because hashing a large file takes too long.

The header of a safetensors file may contain `modelspec.hash_sha256` or `sshs_model_hash`. Both are
hashes of the tensors without the header, not of the file, so they aren't used.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from .generation_parameters import GenerationParameter

# ComfyUI's model folders for each kind of model.
FOLDERS: Mapping[str, tuple[str, ...]] = {
    "model": ("checkpoints", "diffusion_models"),
    "vae": ("vae",),
    "text_encoder": ("text_encoders",),
    "clip_vision": ("clip_vision",),
    "lora": ("loras",),
    "controlnet": ("controlnet",),
    "ip_adapter": ("ipadapter",),
    "style_model": ("style_models",),
    "upscale_model": ("upscale_models", "latent_upscale_models"),
    "model_patch": ("model_patches",),
    "gligen": ("gligen",),
    "interpolation_model": ("frame_interpolation",),
}
SHA256 = re.compile(r"[0-9a-fA-F]{64}")
LONGEST_SIDECAR = 4 << 20  # bytes; a `.civitai.info` file contains the model's whole page
DOWNLOADS = Path(".cache", "huggingface", "download")
# Seconds by which a file may be newer than the time noted at the end of its download.
TIME_TOLERANCE = 1.0

FindFile = Callable[[str, str], Path | None]


def with_hashes(
    parameters: Iterable[GenerationParameter], find_file: FindFile
) -> tuple[GenerationParameter, ...]:
    """Return the parameters, with the hashes of model files that have a note of their hash.

    Args:
        parameters: parameters from `generation_parameters`.
        find_file: function that returns the path of a file in one of ComfyUI's model folders, or
            None if it doesn't exist: `find_file("loras", "style/ink.safetensors")`.
    """
    return tuple(_with_hash(each, find_file) for each in parameters)


def _with_hash(parameter: GenerationParameter, find_file: FindFile) -> GenerationParameter:
    if parameter.text is None or parameter.kind not in FOLDERS:
        return parameter
    for folder in FOLDERS[parameter.kind]:
        path = find_file(folder, parameter.text)
        if path is not None:
            return replace(parameter, sha256=noted_sha256(path))
    return parameter


def noted_sha256(path: Path) -> str | None:
    """Return the hash of a model file that its download or a model manager noted.

    Args:
        path: path of the model file.

    Returns:
        64 lower-case hexadecimal digits; None if there is no note, or if the note is about a file
        of another size or age.
    """
    readers = (
        _from_hub_cache,
        _from_hub_download,
        _from_checksum_file,
        _from_lora_manager,
        _from_civitai_info,
    )
    for read in readers:
        try:
            digest = read(path)
        except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
            continue  # there is no such note, or it has an unknown form
        if digest is not None and SHA256.fullmatch(digest):
            return digest.lower()
    return None


def _from_hub_cache(path: Path) -> str | None:
    """Read a link into the Hugging Face cache, where the name of a large file is its hash."""
    real = path.resolve(strict=True)
    return real.name if path.is_symlink() and real.parent.name == "blobs" else None


def _from_hub_download(path: Path) -> str | None:
    """Read the note of `hf download --local-dir`, which contains commit, hash and time."""
    for folder in path.parents[:4]:
        relative = path.relative_to(folder)
        note = folder / DOWNLOADS / relative.with_name(f"{relative.name}.metadata")
        if note.is_file():
            _, etag, time = note.read_text(encoding="utf-8").split()
            return etag if path.stat().st_mtime <= float(time) + TIME_TOLERANCE else None
    return None


def _from_checksum_file(path: Path) -> str | None:
    """Read `model.safetensors.sha256` or `model.sha256`: output of `sha256sum`, or a hash alone."""
    for note in (path.with_name(f"{path.name}.sha256"), path.with_suffix(".sha256")):
        if note.is_file():
            for line in _text(note).splitlines():
                digest, _, name = line.strip().partition(" ")
                if name.strip(" *") in ("", path.name):
                    return digest
    return None


def _from_lora_manager(path: Path) -> str | None:
    """Read LoRA Manager's `model.metadata.json`."""
    data = json.loads(_text(path.with_suffix(".metadata.json")))
    return data["sha256"] if data.get("size") == path.stat().st_size else None


def _from_civitai_info(path: Path) -> str | None:
    """Read `model.civitai.info`, the page of a model's version with all its files."""
    data = json.loads(_text(path.with_suffix(".civitai.info")))
    size = path.stat().st_size
    digests = {_civitai_hash(file) for file in data["files"] if _has_size(file, size)}
    return digests.pop() if len(digests) == 1 else None


def _civitai_hash(file: Mapping[str, Any]) -> str | None:
    return (file.get("hashes") or {}).get("SHA256")


def _has_size(file: Mapping[str, Any], size: int) -> bool:
    kilobytes = file.get("sizeKB")
    return isinstance(kilobytes, int | float) and abs(kilobytes * 1024 - size) < 1


def _text(note: Path) -> str:
    if note.stat().st_size > LONGEST_SIDECAR:
        raise ValueError(f"expected a note of at most {LONGEST_SIDECAR} bytes")
    return note.read_text(encoding="utf-8-sig")
