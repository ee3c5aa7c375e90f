"""SHA-256 of model files where somebody has written it down: none is read whole.

A safetensors header may hold `modelspec.hash_sha256` or `sshs_model_hash`. Both are hashes of the
tensors without the header, so neither is the file's, and neither is taken.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from .generation_parameters import GenerationParameter

# ComfyUI's folders that a kind of model lies in.
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
LONGEST_SIDECAR = 4 << 20  # bytes; a Civitai file holds the model's whole page
DOWNLOADS = Path(".cache", "huggingface", "download")
LATER = 1.0  # seconds that a file may be newer than what was noted when its download ended

FindFile = Callable[[str, str], Path | None]


def with_hashes(
    params: Iterable[GenerationParameter], find_file: FindFile
) -> tuple[GenerationParameter, ...]:
    """The parameters, those of model files with their hashes where these are known.

    Args:
        params: what `generation_parameters` returned.
        find_file: gives the path of a file in one of ComfyUI's model folders, None where it isn't
            there: `find_file("loras", "style/ink.safetensors")`.
    """
    return tuple(_with_hash(param, find_file) for param in params)


def _with_hash(param: GenerationParameter, find_file: FindFile) -> GenerationParameter:
    if param.text is None or param.kind not in FOLDERS:
        return param
    for folder in FOLDERS[param.kind]:
        path = find_file(folder, param.text)
        if path is not None:
            return replace(param, sha256=known_sha256(path))
    return param


def known_sha256(path: Path) -> str | None:
    """The hash of a model file as its download or a model manager noted it.

    Args:
        path: of the file.

    Returns:
        64 lower-case hexadecimal digits, or None where none was noted, or where the note is of a
        file of another size or age.
    """
    for read in (_of_the_cache, _of_the_download, _of_checksums, _of_a_manager, _of_civitai):
        try:
            found = read(path)
        except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
            continue  # no such note, or one in a form that isn't known
        if found is not None and SHA256.fullmatch(found):
            return found.lower()
    return None


def _of_the_cache(path: Path) -> str | None:
    """A link into the Hugging Face cache, where large files are named by their hash."""
    real = path.resolve(strict=True)
    return real.name if path.is_symlink() and real.parent.name == "blobs" else None


def _of_the_download(path: Path) -> str | None:
    """What `hf download --local-dir` noted: commit, hash, time."""
    for folder in path.parents[:4]:
        place = path.relative_to(folder)
        note = folder / DOWNLOADS / place.with_name(f"{place.name}.metadata")
        if note.is_file():
            _, etag, time = note.read_text(encoding="utf-8").split()
            return etag if path.stat().st_mtime <= float(time) + LATER else None
    return None


def _of_checksums(path: Path) -> str | None:
    """`model.safetensors.sha256` or `model.sha256`, as `sha256sum` writes it, or the hash alone."""
    for note in (path.with_name(f"{path.name}.sha256"), path.with_suffix(".sha256")):
        if note.is_file():
            for line in _text(note).splitlines():
                digest, _, name = line.strip().partition(" ")
                if name.strip(" *") in ("", path.name):
                    return digest
    return None


def _of_a_manager(path: Path) -> str | None:
    """`model.metadata.json` of LoRA Manager."""
    data = json.loads(_text(path.with_suffix(".metadata.json")))
    return data["sha256"] if data.get("size") == path.stat().st_size else None


def _of_civitai(path: Path) -> str | None:
    """`model.civitai.info`: the page of a model's version, with all its files."""
    data = json.loads(_text(path.with_suffix(".civitai.info")))
    size = path.stat().st_size
    found = {_hash_of(file) for file in data["files"] if _is_of_size(file, size)}
    return found.pop() if len(found) == 1 else None


def _hash_of(file: Mapping[str, Any]) -> str | None:
    return (file.get("hashes") or {}).get("SHA256")


def _is_of_size(file: Mapping[str, Any], size: int) -> bool:
    kilobytes = file.get("sizeKB")
    return isinstance(kilobytes, int | float) and abs(kilobytes * 1024 - size) < 1


def _text(note: Path) -> str:
    if note.stat().st_size > LONGEST_SIDECAR:
        raise ValueError("too long for a note")
    return note.read_text(encoding="utf-8-sig")
