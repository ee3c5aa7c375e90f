"""The one place where nodes speak to ComfyUI's device, folder, progress and interrupt functions."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import comfy.model_management
import comfy.utils
import folder_paths
import torch
from comfy.cli_args import args
from comfy_execution.utils import get_executing_context

from ..models.jobs.recording.recorder import PRIVATE_FOLDER

SMALL = 4096  # values: biases and norms, a few hundred kilobytes of a vision model


def device() -> torch.device:
    """The device that ComfyUI renders on."""
    return comfy.model_management.get_torch_device()


def to_intermediate(picture: torch.Tensor) -> torch.Tensor:
    """A tensor on the device where ComfyUI keeps what travels between nodes."""
    return picture.to(comfy.model_management.intermediate_device())


def progress() -> Callable[[int, int], None]:
    """A callback for long work: `report_progress(done, total)`.

    It moves the node's progress bar, and raises ComfyUI's interrupt once the user asked for it
    (an exception that `except Exception` does not catch).
    """
    bar = comfy.utils.ProgressBar(1)

    def report_progress(done: int, total: int) -> None:
        comfy.model_management.throw_exception_if_processing_interrupted()
        bar.update_absolute(done, total)

    return report_progress


def prompt_id() -> str | None:
    """The id of the prompt that is being executed, or None outside one."""
    context = get_executing_context()
    return None if context is None else context.prompt_id


def output_directory() -> Path:
    """ComfyUI's output folder."""
    return Path(folder_paths.get_output_directory())


def private_directory() -> Path:
    """The pack's own folder below ComfyUI's user folder, readable by its owner alone."""
    directory = Path(folder_paths.get_system_user_directory(PRIVATE_FOLDER))
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return directory


def profiles_directory() -> Path:
    """Where the user's own profiles lie. It is not created: most have none."""
    return Path(folder_paths.get_user_directory()) / "default" / "anime_profiles"


def characters_directory() -> Path:
    """The character library. It is not created: the first save does."""
    return Path(folder_paths.get_user_directory()) / "default" / "anime_characters"


def metadata_wanted() -> bool:
    """Whether files should carry their workflow; ComfyUI's `--disable-metadata` says no."""
    return not args.disable_metadata


def save_image_path(prefix: str, width: int, height: int) -> tuple[Path, str, int, str]:
    """Where ComfyUI would save an image.

    Args:
        prefix: name, with folders, below the output folder; ComfyUI's %placeholders% work.
        width, height: of the image, px.

    Returns:
        The folder, the file's name without counter, the next free counter, and the subfolder
        relative to the output folder.

    Raises:
        Exception: ComfyUI's own, when the prefix leaves the output folder.
    """
    folder, name, counter, subfolder, _ = folder_paths.get_save_image_path(
        prefix, str(output_directory()), width, height
    )
    return Path(folder), name, counter, subfolder


def annotated_file(name: str) -> Path | None:
    """A file in ComfyUI's folders.

    Args:
        name: with folders; ` [output]` or ` [temp]` behind it names another than the input folder.

    Returns:
        Its path, None where there is none of that name, or it would lie outside.
    """
    try:
        path = Path(folder_paths.get_annotated_filepath(name))
        return path if path.is_file() else None
    except (ValueError, OSError):  # outside, or no name that this system could have
        return None


def weights(folder: str) -> dict[str, Path]:
    """Weight files that are installed.

    Args:
        folder: name of a folder below ComfyUI's models, such as `lpips`.

    Returns:
        File name, with folders and forward slashes, to path, from every place where ComfyUI looks
        for that kind of model.
    """
    folder_paths.add_model_folder_path(folder, str(Path(folder_paths.models_dir) / folder))
    found = {}
    for name in folder_paths.get_filename_list(folder):
        path = folder_paths.get_full_path(folder, name)
        if path is not None:  # a download may have got its own name since
            found[name.replace("\\", "/")] = Path(path)
    return found


def weights_fingerprint(*folders: str) -> str:
    """What changes when weights in some folders have come, gone or changed.

    Args:
        folders: names of folders below ComfyUI's models.
    """
    files = [path for folder in folders for path in weights(folder).values()]
    return str(sorted((str(path), path.stat().st_mtime_ns) for path in files))


def name_of_weights(model: Any) -> str:
    """A name that tells the weights of a loaded model from others.

    Args:
        model: something with `get_sd`, such as a CLIP_VISION.

    Returns:
        The first digits of a hash over its small tensors, which every training moves; in half
        precision, so that one file has one name on every device.
    """
    digest = hashlib.sha256()
    for key, tensor in sorted(model.get_sd().items()):
        if tensor.numel() <= SMALL:
            digest.update(key.encode())
            digest.update(tensor.detach().to("cpu", torch.float16).numpy().tobytes())
    return digest.hexdigest()[:8]
