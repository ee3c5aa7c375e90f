"""Functions of ComfyUI that the nodes use: device, folders, progress and interrupt."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import comfy.model_management
import comfy.utils
import folder_paths
import torch
from comfy.cli_args import args
from comfy_execution.progress import get_progress_state
from comfy_execution.utils import get_executing_context
from server import PromptServer

from ..models.gating.copies import original_of
from ..models.gating.links import Graph
from ..models.jobs.recording.recorder import PRIVATE_FOLDER

# Most values of a tensor that `weights_name` hashes. Smaller tensors are biases and norms, a few
# hundred kilobytes in all.
MOST_HASHED_VALUES = 4096


def device() -> torch.device:
    """Return the device that ComfyUI renders on."""
    return comfy.model_management.get_torch_device()


def to_intermediate(picture: torch.Tensor) -> torch.Tensor:
    """Return a tensor on the device where ComfyUI keeps the values between nodes."""
    return picture.to(comfy.model_management.intermediate_device())


def progress() -> Callable[[int, int], None]:
    """Return a callback for long work: `report_progress(done, total)`.

    The callback moves the node's progress bar. If the user has interrupted the prompt, it raises
    ComfyUI's interrupt, which `except Exception` does not catch.
    """
    bar = comfy.utils.ProgressBar(1)

    def report_progress(done: int, total: int) -> None:
        refuse_interrupted()
        bar.update_absolute(done, total)

    return report_progress


def send_to_client(event: str, data: Mapping[str, Any]) -> None:
    """Send a message over the websocket to the client that queued the prompt which is executed."""
    if (server := _server()) is not None:
        server.send_sync(event, dict(data), server.client_id)


def has_client() -> bool:
    """Return True if the prompt that is executed was queued by a client with a websocket."""
    server = _server()
    return server is not None and server.client_id is not None


def waiting_client() -> str | None:
    """Return the id of the client that queued the running prompt, if its websocket is open."""
    server = _server()
    if server is None or server.client_id not in server.sockets:
        return None
    client: str = server.client_id
    return client


def send_to_all(event: str, data: Mapping[str, Any]) -> None:
    """Send a message over the websocket to every client."""
    if (server := _server()) is not None:
        server.send_sync(event, dict(data))


def refuse_interrupted() -> None:
    """Raise ComfyUI's interrupt, which `except Exception` does not catch, after Cancel."""
    comfy.model_management.throw_exception_if_processing_interrupted()


def _server() -> PromptServer | None:
    """Return ComfyUI's server; None in scripts and tests, where nodes run without one."""
    return getattr(PromptServer, "instance", None)


def prompt_id() -> str | None:
    """Return the id of the prompt that is being executed, or None outside of a prompt."""
    context = get_executing_context()
    return None if context is None else context.prompt_id


def running_node() -> tuple[Graph, str] | None:
    """Return the prompt that is being executed and the id of its node that runs.

    The node is the one that the user sees, even if a copy of it runs in a loop or in a retry.

    Returns:
        The prompt in API format and the node's id; None outside of a prompt.
    """
    context, state = get_executing_context(), get_progress_state()
    if context is None or context.prompt_id != state.prompt_id:
        return None
    dynprompt = state.dynprompt
    prompt: Graph = dynprompt.original_prompt
    displayed_at = dynprompt.get_display_node_id(context.node_id)
    return prompt, original_of(context.node_id, prompt, displayed_at)


def place_in_list() -> int:
    """Return the position in a list of the values that the running node receives; 0 for no list."""
    context = get_executing_context()
    return 0 if context is None else context.list_index or 0


def output_directory() -> Path:
    """Return ComfyUI's output folder."""
    return Path(folder_paths.get_output_directory())


def private_directory() -> Path:
    """Return the pack's own folder below ComfyUI's user folder, created for its owner only."""
    directory = Path(folder_paths.get_system_user_directory(PRIVATE_FOLDER))
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return directory


def profiles_directory() -> Path:
    """Return the folder of the user's own profiles; it is not created, as most users have none."""
    return Path(folder_paths.get_user_directory()) / "default" / "anime_profiles"


def characters_directory() -> Path:
    """Return the folder of the character library; the first save creates it."""
    return Path(folder_paths.get_user_directory()) / "default" / "anime_characters"


def writes_metadata() -> bool:
    """Return True if files should contain their workflow (no `--disable-metadata`)."""
    return not args.disable_metadata


def save_image_path(prefix: str, width: int, height: int) -> tuple[Path, str, int, str]:
    """Return the folder and the name under which ComfyUI would save an image.

    Args:
        prefix: folders and name below the output folder; ComfyUI's %placeholders% are filled in.
        width: width of the image, px.
        height: height of the image, px.

    Returns:
        The folder, the file's name without its counter, the next free counter, and the subfolder
        relative to the output folder.

    Raises:
        Exception: the prefix leads out of the output folder; ComfyUI chooses the class.
    """
    folder, name, counter, subfolder, _ = folder_paths.get_save_image_path(
        prefix, str(output_directory()), width, height
    )
    return Path(folder), name, counter, subfolder


def annotated_file(name: str) -> Path | None:
    """Return the path of a file in ComfyUI's input, output or temp folder.

    Args:
        name: folders and name of the file, relative to the input folder. With ` [output]` or
            ` [temp]` at its end, it is relative to that folder.

    Returns:
        The path, or None if no such file exists or it would be outside of the folder.
    """
    try:
        path = Path(folder_paths.get_annotated_filepath(name))
        return path if path.is_file() else None
    except (ValueError, OSError):  # The path is outside, or the system allows no such name.
        return None


def weights(folder: str) -> dict[str, Path]:
    """Return the installed weight files of one kind.

    Args:
        folder: name of a folder below ComfyUI's models, such as `lpips`.

    Returns:
        Path by file name, with folders and forward slashes, from every place where ComfyUI looks
        for that kind of model.
    """
    folder_paths.add_model_folder_path(folder, str(Path(folder_paths.models_dir) / folder))
    path_by_name = {}
    for name in folder_paths.get_filename_list(folder):
        path = folder_paths.get_full_path(folder, name)
        if path is not None:  # A finished download may have been renamed since the listing.
            path_by_name[name.replace("\\", "/")] = Path(path)
    return path_by_name


def weights_fingerprint(*folders: str) -> str:
    """Return a text that changes when a weight file is added, removed or modified.

    Args:
        folders: names of folders below ComfyUI's models.
    """
    files = [path for folder in folders for path in weights(folder).values()]
    return str(sorted((str(path), path.stat().st_mtime_ns) for path in files))


def weights_name(model: Any) -> str:
    """Return a name that distinguishes the weights of a loaded model from other weights.

    Args:
        model: a model with `get_sd`, such as a CLIP_VISION.

    Returns:
        The first 8 hexadecimal digits of a SHA-256 over the model's small tensors, which differ
        after every training. They are hashed in half precision, so that the same file gives the
        same name on every device.
    """
    digest = hashlib.sha256()
    for key, tensor in sorted(model.get_sd().items()):
        if tensor.numel() <= MOST_HASHED_VALUES:
            digest.update(key.encode())
            digest.update(tensor.detach().to("cpu", torch.float16).numpy().tobytes())
    return digest.hexdigest()[:8]
