"""Tests of what quickstart.py decides and shows, without installing anything."""

from pathlib import Path


def make_comfyui(root: Path, version: str = "0.30.0") -> Path:
    (root / "models" / "vae").mkdir(parents=True)
    (root / "main.py").touch()
    (root / "comfyui_version.py").write_text(f'__version__ = "{version}"\n')
    return root
