"""Real clips of the ladders: their parts, and which of them a maker would keep, and why.

The list was written by looking at every drawing of every clip, before any limit was set, and isn't
changed to suit a figure. The clips are divided by the model that generated them: limits are set on
the first part, methods are chosen on the second, and the third is for the final figures.
"""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import torch

from .pictures import read_clip

ASSETS = Path(__file__).resolve().parents[2] / "shared" / "assets"


class Part(str, Enum):
    """Part of the clips: for limits, for the choice of methods, or for the final figures."""

    LIMITS = "limits"
    METHODS = "methods"
    FINAL = "final"


@dataclass(frozen=True)
class Clip:
    """Real clip of the ladders.

    Attributes:
        file: path in the folder of the assets.
        part: part of the clips that it belongs to.
        keep: True if a maker of anime would keep the clip.
        reason: what is seen in it, on which `keep` rests.
        fps: frames per second.
        drawn_every: frames for which each drawing is held.
    """

    file: str
    part: Part
    keep: bool
    reason: str
    fps: float = 8.0
    drawn_every: int = 1

    @property
    def name(self) -> str:
        """Name of the file without its folder and its ending."""
        return Path(self.file).stem

    @property
    def path(self) -> Path:
        """Place of the file."""
        return ASSETS / self.file

    def frames(self) -> torch.Tensor:
        """Return the frames: RGB in 0–1, shape (frames, height, width, 3)."""
        return read_clip(self.path)

    def drawings(self) -> torch.Tensor:
        """Return the frames without those that repeat a drawing."""
        return self.frames()[:: self.drawn_every]


def _held(file: str, part: Part, keep: bool, reason: str) -> Clip:
    """Return a clip of 24 frames a second that is drawn on threes."""
    return Clip(f"clips/animatediff_model_{file}.gif", part, keep, reason, 24.0, 3)


L, M, F = Part.LIMITS, Part.METHODS, Part.FINAL
CLIPS = (
    _held("05_02", L, False, "The emblem on the piano is another one in each drawing."),
    _held(
        "05_03",
        L,
        False,
        "The accordion changes its shape; the kneeling leg turns into a standing one.",
    ),
    _held("05_04", L, True, "Calm breathing; fur, cloth and food stay as they are."),
    _held("06_01", L, True, "Calm turn of the head; the colours hold."),
    _held("06_02", L, False, "Cars appear and vanish between two drawings; a watermark shows."),
    _held("06_03", L, True, "Water falls, everything else stands still."),
    _held("06_04", L, False, "The paint on face and headband is another one in each drawing."),
    Clip("clips/dynamicrafter_bloom2.gif", L, False, "A white bud turns dark within one drawing."),
    Clip(
        "clips/dynamicrafter_gkxX0kb8mE8.gif",
        L,
        True,
        "A walker, a tree and calm water; all stays as it is.",
    ),
    Clip(
        "clips/dynamicrafter_pour_honey.gif",
        L,
        True,
        "Even camera motion and flowing honey; sharp.",
    ),
    Clip(
        "clips/dynamicrafter_stone01.gif",
        L,
        False,
        "A glare flares up between the trees; the trees get soft.",
    ),
    _held("01_01", M, False, "Strands of hair and the background are others in each drawing."),
    _held("01_02", M, True, "Hair waves evenly; face and blossoms hold."),
    _held("03_01", M, False, "A black post comes in at the left, changes and vanishes."),
    Clip(
        "clips/dynamicrafter_dance1.gif",
        M,
        False,
        "Legs and skirts of the dancers melt into others.",
    ),
    Clip(
        "clips/dynamicrafter_explode0.gif",
        M,
        False,
        "The cloud jumps to another shape in the middle.",
    ),
    Clip(
        "clips/dynamicrafter_walk0.gif",
        M,
        False,
        "Street and backpack get soft and change after the first drawing.",
    ),
    Clip(
        "clips/animatediff_compare_new_0.gif",
        F,
        True,
        "A man breathes, waves roll behind him; clean.",
    ),
    Clip(
        "clips/animatediff_compare_new_1.gif",
        F,
        False,
        "The headphones turn from dark to white as the head turns.",
    ),
    Clip(
        "clips/animatediff_compare_new_2.gif",
        F,
        True,
        "A dog before a wood; the camera rises evenly.",
    ),
    Clip(
        "clips/animatediff_compare_new_3.gif",
        F,
        True,
        "The camera moves past a house evenly; sharp.",
    ),
    Clip(
        "loops/mobius_case_3.mp4",
        F,
        True,
        "A fast ride; streets and lights rush past, the rider holds.",
    ),
    Clip(
        "loops/mobius_vc2_case_1.gif",
        F,
        True,
        "A skier swings from side to side; slope and trees hold.",
    ),
    Clip(
        "loops/mobius_vc2_case_2.gif",
        F,
        True,
        "A walk at the sea; hair, dress and waves move evenly.",
    ),
    Clip(
        "loops/mobius_vc2_case_3.gif",
        F,
        True,
        "A figure breathes before screens whose contents change.",
    ),
    Clip(
        "clips/moviepy_big_buck_bunny_432_433.webm",
        F,
        False,
        "Blocks and smeared fur of strong compression.",
        24.0,
    ),
    Clip(
        "loops/vscodepets_clippy_black_walk_8fps.gif",
        F,
        True,
        "Pixel art; each pose is a drawing of its own.",
    ),
    Clip(
        "loops/vscodepets_crab_red_walk_8fps.gif",
        F,
        True,
        "Pixel art; the crab bobs in six drawings.",
        4.0,
    ),
    Clip(
        "loops/vscodepets_panda_black_idle_8fps.gif",
        F,
        True,
        "Pixel art; the panda eats in seven drawings.",
    ),
)
"""All clips. The three of pixel art are too small for ladders and count for false alarms only."""
