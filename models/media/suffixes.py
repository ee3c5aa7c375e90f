"""Suffixes of files by the kind of their content, in one place for everything that asks."""

from pathlib import Path

IMAGE, ANIMATION, VIDEO, AUDIO, OTHER = "image", "animation", "video", "audio", "other"

ANIMATED = (".apng", ".gif", ".png", ".webp")  # pictures that can have several frames
SUFFIXES = {
    IMAGE: (*ANIMATED, ".avif", ".bmp", ".exr", ".hdr", ".jpeg", ".jpg", ".tif", ".tiff"),
    VIDEO: (".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".ogv", ".ts", ".webm"),
    AUDIO: (".aac", ".flac", ".m4a", ".mp3", ".oga", ".ogg", ".opus", ".wav", ".wma"),
}
MODELS_3D = (".fbx", ".glb", ".gltf", ".obj", ".ply", ".splat", ".stl", ".usdz")
# Files that a node can load beside those above. Their frames are never read.
OTHER_LOADED = (".latent", ".psd", ".svg")
LOADED = (*(each for kind in SUFFIXES.values() for each in kind), *MODELS_3D, *OTHER_LOADED)


def kind_of(path: Path) -> str:
    """Return the kind of a file by the suffix of its name; an animation counts as an image."""
    suffix = path.suffix.lower()
    return next((kind for kind, suffixes in SUFFIXES.items() if suffix in suffixes), OTHER)
