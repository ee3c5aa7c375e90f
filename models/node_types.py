"""Ids of the pack's nodes, their outputs by name, and the conditions that block an output.

`tests/nodes/test_node_types.py` checks that this table equals the frozen schemas.
"""

from dataclasses import dataclass
from enum import Enum

# ComfyUI refuses a combo without options, so Load Character has this one for an empty library.
NOTHING_SAVED = "(nothing saved yet)"
SLOTS = tuple(f"slot_{number}" for number in range(1, 7))  # of a Retry Start and a Retry End


class Blocked(Enum):
    """Condition under which an output is blocked, so that the nodes connected to it don't run."""

    NEVER = "never"
    ABSENT = "absent"  # the output has no value, such as a score that could not be measured
    UNCONNECTED = "unconnected"  # nothing is connected to the output's source
    # The other conditions hold as well if nothing is connected to the output's source.
    EXHAUSTED = "exhausted"  # no attempt of a retry passes
    NONE_ACCEPTED = "none_accepted"  # a gate accepts nothing
    NONE_REJECTED = "none_rejected"  # a gate rejects nothing
    NONE_PASSES = "none_passes"  # no take passes, and the node lets none through
    NO_SOUND = "no_sound"  # the best take has no sound, or no take goes on


@dataclass(frozen=True)
class Output:
    """One output of a node.

    Attributes:
        name: id of the output in the node's schema.
        blocked: condition under which the output is blocked.
        source: name of the input whose value, or a part of it, the output passes on; "" for a new
            value.
    """

    name: str
    blocked: Blocked
    source: str = ""


@dataclass(frozen=True)
class NodeType:
    """One node of the pack.

    Attributes:
        id: the `class_type` in a graph.
        outputs: outputs in the order of the schema, which is the order of their numbers in a graph.
        subject: subject of the node's report, whose limits a profile can set; "" for other nodes.
    """

    id: str
    outputs: tuple[Output, ...]
    subject: str = ""

    def number(self, name: str) -> int:
        """Return the number that an output of this name has in a graph."""
        return [output.name for output in self.outputs].index(name)

    def blocked_when(self, condition: Blocked) -> tuple[int, ...]:
        """Return the numbers of the outputs that a condition blocks."""
        return tuple(
            number for number, output in enumerate(self.outputs) if output.blocked is condition
        )


def _always(*names: str) -> tuple[Output, ...]:
    return tuple(Output(name, Blocked.NEVER) for name in names)


_SCORED = (*_always("report"), Output("score", Blocked.ABSENT), *_always("pass"))
_LOOP_SOUND = Output("audio", Blocked.UNCONNECTED, "audio")

SAMPLE_CLIP = NodeType("AnimeSampleClip", _always("frames", "fps"))
IDENTITY_MODEL = NodeType("AnimeIdentityModel", _always("model", "explanation"))
CHARACTER_SHEET = NodeType("AnimeCharacterSheet", _always("character", "report"))
CHARACTER_SCORE = NodeType("AnimeCharacterScore", _SCORED, "character")
CHARACTER_SAVE = NodeType("AnimeCharacterSave", _always("character", "where"))
CHARACTER_LOAD = NodeType("AnimeCharacterLoad", _always("character", "info"))
LOOP_SCORE = NodeType("AnimeLoopScore", (*_SCORED, *_always("seam_preview")), "loop")
LOOP_FIND = NodeType("AnimeLoopFind", (*_always("loop", "report", "start", "length"), _LOOP_SOUND))
LOOP_CLOSE = NodeType("AnimeLoopClose", (*_always("images", "report"), _LOOP_SOUND))
LOOP_GENERATOR = NodeType("AnimationLoopGenerator", _always("model"))
LOOP_DECODE = NodeType("AnimeLoopDecode", _always("images"))
STILL_QUALITY = NodeType("AnimeStillQuality", _SCORED, "still_quality")
CLIP_QUALITY = NodeType("AnimeClipQuality", _SCORED, "clip_quality")
COMPARE_IMAGES = NodeType("AnimeCompareImages", _SCORED, "comparison")
REPORT_PLOT = NodeType("AnimeReportPlot", _always("plot"))
CHARACTER_OVERLAY = NodeType("AnimeCharacterOverlay", _always("overlay"))
CONTACT_SHEET = NodeType("AnimeCharacterContactSheet", _always("contact_sheet"))
DIFFERENCE_PICTURE = NodeType("AnimeDifferencePicture", _always("difference"))
LOOP_MAP = NodeType("AnimeLoopMap", _always("map"))
REPORT_MERGE = NodeType("AnimeReportMerge", _SCORED)
REPORT_FROM_VALUE = NodeType("AnimeReportFromValue", _SCORED)
REPORT_FROM_ANSWER = NodeType("AnimeReportFromAnswer", _SCORED)
# Graphs that version 0.1.0 recorded contain these output numbers, so the order must not change.
GATE = NodeType(
    "AnimeGate",
    (
        Output("accepted", Blocked.NONE_ACCEPTED, "images"),
        Output("rejected", Blocked.NONE_REJECTED, "images"),
        Output("pass", Blocked.NEVER),
        Output("reasons", Blocked.NEVER),
        Output("accepted_latents", Blocked.NONE_ACCEPTED, "latents"),
        Output("accepted_masks", Blocked.NONE_ACCEPTED, "masks"),
        Output("rejected_latents", Blocked.NONE_REJECTED, "latents"),
        Output("rejected_masks", Blocked.NONE_REJECTED, "masks"),
        Output("accepted_audio", Blocked.NONE_ACCEPTED, "audio"),
        Output("rejected_audio", Blocked.NONE_REJECTED, "audio"),
    ),
)
BEST_OF = NodeType(
    "AnimeBestOf",
    (
        Output("best", Blocked.UNCONNECTED, "images"),
        Output("best_latents", Blocked.UNCONNECTED, "latents"),
        Output("best_masks", Blocked.UNCONNECTED, "masks"),
        Output("ranking", Blocked.NEVER),
        Output("best_audio", Blocked.UNCONNECTED, "audio"),
    ),
)
BEST_TAKE = NodeType(
    "AnimeBestTake",
    (
        Output("images", Blocked.NONE_PASSES, "takes"),
        *_always("report", "index", "ranking"),
        Output("audio", Blocked.NO_SOUND, "audios"),
    ),
)
RETRY_START = NodeType(
    "AnimeRetryStart",
    (
        *_always("seed", "attempt", "reason", "last"),
        *(Output(slot, Blocked.UNCONNECTED, slot) for slot in SLOTS),
    ),
)
RETRY_END = NodeType(
    "AnimeRetryEnd",
    (
        *(Output(slot, Blocked.EXHAUSTED, slot) for slot in SLOTS),
        *_always("report", "seed", "attempts"),
    ),
)
JOB = NodeType("AnimeJob", _always("job"))
JOB_SAVE = NodeType("AnimeJobSave", ())
JOB_LOAD = NodeType(
    "AnimeJobLoad",
    (
        *_always("images"),
        *(Output(name, Blocked.ABSENT) for name in ("report", "prompt", "seed")),
        *_always("id"),
        Output("fps", Blocked.ABSENT),
        *_always("job"),
        Output("audio", Blocked.ABSENT),
    ),
)
REVIEW = NodeType("AnimeReview", _always("job"))
PARAMETER_STRING = NodeType("AnimeParameterString", _always("value"))
PARAMETER_INT = NodeType("AnimeParameterInt", _always("value"))
PARAMETER_FLOAT = NodeType("AnimeParameterFloat", _always("value"))
PARAMETER_BOOLEAN = NodeType("AnimeParameterBoolean", _always("value"))
PARAMETER_IMAGE = NodeType("AnimeParameterImage", _always("images", "fps", "file"))

NODE_TYPES = {each.id: each for each in list(globals().values()) if isinstance(each, NodeType)}


def output_at(class_type: str, number: int) -> Output | None:
    """Return an output by its number in a graph; None for a node of another pack."""
    outputs = NODE_TYPES[class_type].outputs if class_type in NODE_TYPES else ()
    return outputs[number] if 0 <= number < len(outputs) else None


def slot_at(class_type: str, number: int) -> str | None:
    """Return the slot that an output of a Retry Start or Retry End passes on, or None."""
    output = output_at(class_type, number)
    return output.name if output is not None and output.name in SLOTS else None
