"""Changes to the example workflow, so that it reads a user's clip instead of drawing one."""

import copy
import shutil
from pathlib import Path
from typing import Any

SAMPLE = "AnimeSampleClip"
LOADER, SPLITTER = "LoadVideo", "GetVideoComponents"
Prompt = dict[str, dict[str, Any]]
"""ComfyUI's API format: node id to `class_type` and `inputs`."""

# Outputs of the sample clip, and of ComfyUI's node that takes a video apart.
SAMPLE_IMAGES, SAMPLE_FPS = 0, 1
COMPONENT_IMAGES, COMPONENT_FPS = 0, 2


def with_clip(prompt: Prompt, file: str, fps: float | None = None) -> Prompt:
    """Return a copy of a prompt that reads `file` wherever the original draws a sample clip.

    Args:
        prompt: the original, in API format; it stays unchanged.
        file: name of a video or GIF in ComfyUI's input folder.
        fps: frame rate to use; None uses the one that ComfyUI reads from the file.

    Raises:
        ValueError: the prompt draws no sample clip.
    """
    samples = {name for name, node in prompt.items() if node["class_type"] == SAMPLE}
    if not samples:
        raise ValueError(f"The example workflow has no {SAMPLE} that a clip could replace.")
    loader, components = "clip_file", "clip_frames"

    def rewired(value: Any) -> Any:
        if not (isinstance(value, list) and len(value) == 2 and value[0] in samples):
            return value
        if value[1] == SAMPLE_IMAGES:
            return [components, COMPONENT_IMAGES]
        return [components, COMPONENT_FPS] if fps is None else fps

    changed = {name: copy.deepcopy(node) for name, node in prompt.items() if name not in samples}
    for node in changed.values():
        node["inputs"] = {name: rewired(value) for name, value in node["inputs"].items()}
    changed[loader] = {
        "class_type": LOADER,
        "inputs": {"file": file},
        "_meta": {"title": f"Load {file}"},
    }
    changed[components] = {
        "class_type": SPLITTER,
        "inputs": {"video": [loader, 0]},
        "_meta": {"title": f"Take {file} apart"},
    }
    return changed


def copy_to_input(clip: Path, input_folder: Path) -> tuple[str, float | None]:
    """Copy a clip into ComfyUI's input folder.

    Returns:
        The name of the copy, and the mean frame rate of a GIF; None for any other file. ComfyUI
        would read a wrong rate from a GIF, which has a duration for each frame: it reads only the
        first ones.
    """
    input_folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(clip, input_folder / clip.name)
    return clip.name, gif_rate(clip) if clip.suffix.lower() == ".gif" else None


def gif_rate(clip: Path) -> float | None:
    """Return the mean frames per second of a GIF, or None if it holds no durations."""
    from PIL import Image, ImageSequence

    with Image.open(clip) as image:
        durations = [frame.info.get("duration", 0) for frame in ImageSequence.Iterator(image)]
    return 1000 * len(durations) / sum(durations) if sum(durations) else None
