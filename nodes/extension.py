"""The extension class through which ComfyUI loads the pack's nodes."""

import logging
import re
from pathlib import Path

from comfy_api.latest import ComfyExtension, io

from . import graphics_memory
from .best_of import AnimeBestOf
from .best_take import AnimeBestTake
from .character import AnimeCharacterScore, AnimeCharacterSheet
from .character_library import AnimeCharacterLoad, AnimeCharacterSave
from .compare import AnimeCompareImages
from .drawing import (
    AnimeCharacterContactSheet,
    AnimeCharacterOverlay,
    AnimeDifferencePicture,
    AnimeLoopMap,
    AnimeReportPlot,
)
from .gate import AnimeGate
from .identity import AnimeIdentityModel
from .job_load import AnimeJobLoad
from .job_save import AnimeJobSave
from .jobs import AnimeJob
from .loop import AnimeLoopScore
from .loop_close import AnimeLoopClose
from .loop_find import AnimeLoopFind
from .loop_generate import AnimationLoopGenerator, AnimeLoopDecode
from .other_packs import AnimeReportFromAnswer, AnimeReportFromValue
from .parameter_image import AnimeParameterImage
from .parameter_nodes import (
    AnimeParameterBoolean,
    AnimeParameterFloat,
    AnimeParameterInt,
    AnimeParameterString,
)
from .quality import AnimeClipQuality, AnimeStillQuality
from .report_merge import AnimeReportMerge
from .retry import AnimeRetryEnd, AnimeRetryStart
from .review import AnimeReview
from .sample import AnimeSampleClip

NODES: list[type[io.ComfyNode]] = [
    AnimeSampleClip,
    AnimeIdentityModel,
    AnimeCharacterSheet,
    AnimeCharacterScore,
    AnimeCharacterSave,
    AnimeCharacterLoad,
    AnimeLoopScore,
    AnimeLoopFind,
    AnimeLoopClose,
    AnimationLoopGenerator,
    AnimeLoopDecode,
    AnimeStillQuality,
    AnimeClipQuality,
    AnimeCompareImages,
    AnimeReportPlot,
    AnimeCharacterOverlay,
    AnimeCharacterContactSheet,
    AnimeDifferencePicture,
    AnimeLoopMap,
    AnimeReportMerge,
    AnimeReportFromValue,
    AnimeReportFromAnswer,
    AnimeGate,
    AnimeBestOf,
    AnimeBestTake,
    AnimeRetryStart,
    AnimeRetryEnd,
    AnimeJob,
    AnimeJobSave,
    AnimeJobLoad,
    AnimeReview,
    AnimeParameterString,
    AnimeParameterInt,
    AnimeParameterFloat,
    AnimeParameterBoolean,
    AnimeParameterImage,
]


# Characters in the name of the pack's directory that break a part of ComfyUI: the character's
# name, and what breaks.
BREAKING_CHARACTERS = {
    ".": ("dot", "ComfyUI's help pages for these nodes"),
    " ": ("space", "everything in the browser: ComfyUI answers 404 to the pack's scripts"),
}


class AnimeProduction(ComfyExtension):
    """Extension that gives ComfyUI the pack's nodes."""

    async def on_load(self) -> None:
        graphics_memory.attach()
        directory = Path(__file__).parent.parent.name
        for character, (character_name, broken) in BREAKING_CHARACTERS.items():
            if character in directory:
                logging.getLogger(__name__).warning(
                    "Anime Production: the directory name %r has a %s in it, which breaks %s. "
                    "Rename the directory, for example to %r.",
                    *(directory, character_name, broken, re.sub(r"[. ]", "-", directory)),
                )

    async def get_node_list(self) -> list[type[io.ComfyNode]]:
        return NODES
