"""Paths of this ComfyUI's folders, for the routes and the worker of productions."""

from pathlib import Path

from ...models.jobs.recording.recorder import PRIVATE_FOLDER


def output() -> Path:
    """Return ComfyUI's output folder."""
    import folder_paths

    return Path(folder_paths.get_output_directory())


def private() -> Path:
    """Return the pack's own folder below ComfyUI's user folder."""
    import folder_paths

    return Path(folder_paths.get_system_user_directory(PRIVATE_FOLDER))


def profiles() -> Path:
    """Return the folder of the user's own profiles."""
    import folder_paths

    return Path(folder_paths.get_user_directory()) / "default" / "anime_profiles"
