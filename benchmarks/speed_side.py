"""Program that times the nodes' work in one checkout; the benchmark `speed` starts one for each.

It is started as a file and gets the folder that holds the package `anime_production` and the folder
of the clips. It imports the checkout's modules by name, as they may have other names in another
commit. For each line `WORK WIDTH HEIGHT LAYOUT` at its input it prints the seconds of one run.
"""

import importlib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

FPS = 24.0
PACKAGE = "anime_production"
IN_PLANES = "planes"


def in_planes(images: torch.Tensor) -> torch.Tensor:
    """Return images whose colours lie in planes, as ComfyUI's VAE Decode gives those of a video."""
    return images.permute(3, 0, 1, 2).contiguous().permute(1, 2, 3, 0)


def attribute(name: str, *modules: str) -> Any:
    """Return an attribute of the first of some modules of the checkout that exists."""
    for module in modules:
        try:
            return getattr(importlib.import_module(f"{PACKAGE}.models.{module}"), name)
        except ModuleNotFoundError:
            continue
    raise ImportError(f"None of {', '.join(modules)} is in this checkout.")


def work(folder: Path) -> dict[str, Callable[[torch.Tensor], object]]:
    """Return what is timed, by name: functions of the images that a node gets."""
    as_frames = attribute("as_frames", "frames")
    find_loops = attribute("find_loops", "loop.find")
    score_loop = attribute("score_loop", "loop.seam")
    close_loop = attribute("close_loop", "loop.close")
    clip_quality = attribute("score_clip_quality", "quality.clip_quality", "quality.clip")
    still_quality = attribute(
        "score_still_quality", "quality.still.still_quality", "quality.still.score"
    )
    compare = attribute("compare_pictures", "quality.compare.comparison", "quality.compare.score")
    paired = attribute("paired", "quality.compare.pairs")
    make_character = attribute("make_character", "character.sheet")
    score_characters = attribute("score_characters", "character.character_score", "character.score")
    lpips = attribute("LPIPS", "perceptual.lpips").load("squeeze", folder / "trunk.pth")
    model = palette_model()

    def characters(images: torch.Tensor) -> object:
        character, _ = make_character("Rin", as_frames(images[:2]), model)
        return score_characters(as_frames(images), [character], model)

    return {
        "Find Loop": lambda images: find_loops(as_frames(images), FPS),
        "Loop Score": lambda images: score_loop(as_frames(images), FPS),
        "Close Loop": lambda images: close_loop(images, FPS),
        "Clip Quality": lambda images: clip_quality(as_frames(images), FPS),
        "Still Quality": lambda images: still_quality(as_frames(images)),
        "Compare Images": lambda images: compare(paired(as_frames(images), as_frames(images[:1]))),
        "Character Score": characters,
        "LPIPS, all pairs": lambda images: lpips.band(as_frames(images), len(images) - 1),
    }


def palette_model() -> Any:
    """Return the identity model that needs no weights: whole figures, compared by their colours."""
    device = torch.device("cpu")
    detector = attribute("WholeImageDetector", "character.detectors.whole_image")(device)
    module = "character.embedders.palette"
    figures = attribute("Region", module, "character.figure").FIGURE
    embedder = attribute("PaletteEmbedder", module)(figures, device)
    return attribute("IdentityModel", "character.detection")(detector, embedder)


def main(package: str, folder: Path) -> None:
    """Answer each line at the input with the seconds of one run, or with `-` and an error."""
    sys.path.insert(0, package)
    functions = work(folder)
    for line in sys.stdin:
        name, width, height, layout = line.rstrip("\n").split("\t")
        images = torch.from_numpy(np.load(folder / f"{name}-{width}x{height}.npy"))
        if layout == IN_PLANES:
            images = in_planes(images)
        try:
            started = time.perf_counter()
            functions[name](images)
            print(time.perf_counter() - started, flush=True)
        except Exception as error:  # another commit may not have it
            print(f"- {type(error).__name__}: {error}".replace("\n", " "), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
