"""The example workflow with a clip of the user's own in the place of the drawn one."""

import copy
import shutil
from pathlib import Path
from typing import Any

SAMPLE = "AnimeSampleClip"
LOADER, TAKER_APART = "LoadVideo", "GetVideoComponents"
Prompt = dict[str, dict[str, Any]]
"""ComfyUI's API format: node id to `class_type` and `inputs`."""

# Outputs of the sample clip, and of ComfyUI's node that takes a video apart.
SAMPLE_IMAGES, SAMPLE_FPS = 0, 1
COMPONENT_IMAGES, COMPONENT_FPS = 0, 2


def with_clip(prompt: Prompt, file: str, fps: float | None = None) -> Prompt:
    """A prompt that reads `file` wherever the given one draws a sample clip.

    Args:
        prompt: stays as it is.
        file: name of a video or GIF in ComfyUI's input folder.
        fps: used instead of the rate that ComfyUI reads from the file.

    Raises:
        ValueError: the prompt draws no sample clip.
    """
    samples = {name for name, node in prompt.items() if node["class_type"] == SAMPLE}
    if not samples:
        raise ValueError(f"The example workflow has no {SAMPLE} that a clip could replace.")
    loader, components = "clip_file", "clip_frames"

    def moved(value: Any) -> Any:
        if not (isinstance(value, list) and len(value) == 2 and value[0] in samples):
            return value
        if value[1] == SAMPLE_IMAGES:
            return [components, COMPONENT_IMAGES]
        return [components, COMPONENT_FPS] if fps is None else fps

    changed = {name: copy.deepcopy(node) for name, node in prompt.items() if name not in samples}
    for node in changed.values():
        node["inputs"] = {name: moved(value) for name, value in node["inputs"].items()}
    changed[loader] = {
        "class_type": LOADER,
        "inputs": {"file": file},
        "_meta": {"title": f"Load {file}"},
    }
    changed[components] = {
        "class_type": TAKER_APART,
        "inputs": {"video": [loader, 0]},
        "_meta": {"title": f"Take {file} apart"},
    }
    return changed


def bring(clip: Path, input_folder: Path) -> tuple[str, float | None]:
    """Copy a clip to where ComfyUI reads it.

    Returns:
        Its name there, and its frames per second where ComfyUI would get them wrong: a GIF gives
        each frame its own duration, and only the first ones would count.
    """
    input_folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(clip, input_folder / clip.name)
    return clip.name, gif_rate(clip) if clip.suffix.lower() == ".gif" else None


def gif_rate(clip: Path) -> float | None:
    """Mean frames per second of a GIF, None where it holds no durations."""
    from PIL import Image, ImageSequence

    with Image.open(clip) as image:
        durations = [frame.info.get("duration", 0) for frame in ImageSequence.Iterator(image)]
    return 1000 * len(durations) / sum(durations) if sum(durations) else None
