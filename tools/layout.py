"""Generator of the places of nodes in the example workflows: rows of groups, the note first.

The nodes of a group keep their order: from top to bottom, column by column. Groups keep theirs:
from left to right, row by row. How many columns a group has, and where a row ends, is tried out, so
that the whole is as large as possible on a screen.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product
from typing import Any

from .examples import TITLES, editor_file

Node = dict[str, Any]
Workflow = dict[str, Any]

NOTE = "MarkdownNote"
OPENS_READABLE = "anime_opens_readable"  # key of `extra` that web/client/templates reads
SCREEN = 1.8  # width ÷ height of the part of a screen that shows the graph
MOST_ROWS = 3
TITLE = 30  # height of a node's title, which stands above its position
COLUMN_GAP, NODE_GAP, GROUP_GAP = 40, 30, 40
GROUP_EDGE, GROUP_TITLE = 20, 40  # room of a group beside its nodes, and above them
RESULTS = 250  # largest height of the results on a node with their margin, px of the graph
# Nodes that show results below their widgets.
SHOWING = frozenset({
    *("AnimeBestOf", "AnimeBestTake", "AnimeCharacterLoad", "AnimeCharacterSave"),
    *("AnimeCharacterScore", "AnimeCharacterSheet", "AnimeClipQuality", "AnimeCompareImages"),
    *("AnimeGate", "AnimeLoopClose", "AnimeLoopFind", "AnimeLoopScore", "AnimeReportFromAnswer"),
    *("AnimeReportFromValue", "AnimeReportMerge", "AnimeRetryEnd", "AnimeStillQuality"),
})  # fmt: skip
# Heights in Nodes 2.0 before a run, or with the pictures after one, where they are larger than one
# in the files. They were measured in editor 1.47.12.
HEIGHTS = {
    "AnimationLoopGenerator": 170,
    "AnimeBestOf": 194,
    "AnimeCharacterLoad": 134,
    "AnimeCharacterSave": 78,
    "AnimeCharacterScore": 214,
    "AnimeCharacterSheet": 154,
    "AnimeClipQuality": 154,
    "AnimeCompareImages": 190,
    "AnimeGate": 438,
    "AnimeIdentityModel": 158,
    "AnimeJob": 274,
    "AnimeJobLoad": 562,
    "AnimeJobSave": 518,
    "AnimeLoopClose": 238,
    "AnimeLoopDecode": 162,
    "AnimeLoopFind": 306,
    "AnimeLoopScore": 202,
    "AnimeParameterBoolean": 122,
    "AnimeParameterFloat": 178,
    "AnimeParameterImage": 198,
    "AnimeParameterInt": 178,
    "AnimeParameterString": 230,
    "AnimeReportMerge": 126,
    "AnimeRetryEnd": 274,
    "AnimeRetryStart": 266,
    "AnimeReview": 190,
    "AnimeSampleClip": 414,
    "AnimeStillQuality": 126,
    "CLIPLoader": 114,
    "CLIPTextEncode": 102,
    "ComfyMathExpression": 168,
    "ComfySwitchNode": 106,
    "EmptyHunyuanLatentVideo": 146,
    "FrameInterpolate": 82,
    "FrameInterpolationModelLoader": 86,
    "ImageFromBatch": 90,
    "ImageScale": 146,
    "ImageScaleBy": 90,
    "ImageToMask": 62,
    "InvertMask": 34,
    "LoadVideo": 306,
    "MaskComposite": 138,
    "ModelSamplingSD3": 62,
    "PreviewAny": 260,
    "PreviewAudio": 102,
    "SaveAnimatedWEBP": 414,
    "SolidMask": 118,
    "ThresholdMask": 62,
    "UNETLoader": 86,
    "VAELoader": 86,
}


@dataclass(frozen=True)
class Block:
    """Group of nodes in columns, or the note.

    Attributes:
        columns: nodes of each column, from top to bottom.
        group: group in the editor's format; None for the note.
    """

    columns: tuple[tuple[Node, ...], ...]
    group: dict[str, Any] | None

    @property
    def width(self) -> float:
        """Width in the graph."""
        edges = 2 * GROUP_EDGE if self.group else 0
        gaps = COLUMN_GAP * (len(self.columns) - 1)
        return sum(_width(column) for column in self.columns) + gaps + edges

    @property
    def height(self) -> float:
        """Height in the graph, with the room that results and pictures need."""
        edges = GROUP_TITLE + GROUP_EDGE if self.group else 0
        return max(_height(column) for column in self.columns) + edges

    def place(self, left: float, top: float, height: float) -> None:
        """Write the positions of the nodes and the bounds of the group."""
        if self.group:
            self.group["bounding"] = [left, top, self.width, height]
            left, top = left + GROUP_EDGE, top + GROUP_TITLE
        for column in self.columns:
            below = top
            for node in column:
                node["pos"] = [left, below + TITLE]
                below += TITLE + room(node) + NODE_GAP
            left += _width(column) + COLUMN_GAP


Rows = tuple[tuple[Block, ...], ...]


def room(node: Node) -> float:
    """Return the height that a node needs below its title, with its results or pictures."""
    results = RESULTS if node["type"] in SHOWING else 0
    return float(max(node["size"][1], HEIGHTS.get(node["type"], 0)) + results)


def arrange(workflow: Workflow) -> None:
    """Write new positions into a workflow in the editor's format."""
    blocks = [[Block(((note,),), None)] for note in workflow["nodes"] if note["type"] == NOTE]
    for group in workflow["groups"]:
        members = sorted(_members(workflow, group), key=lambda node: node["pos"])
        blocks.append([Block(columns, group) for columns in _columns(members)])
    rows = min(_arrangements(blocks), key=_cost)
    top = 0.0
    for row in rows:
        height, left = max(block.height for block in row), 0.0
        for block in row:
            block.place(left, top, height)
            left += block.width + GROUP_GAP
        top += height + GROUP_GAP
    workflow["extra"] = {OPENS_READABLE: True}


def _members(workflow: Workflow, group: dict[str, Any]) -> Iterator[Node]:
    left, top, width, height = group["bounding"]
    for node in workflow["nodes"]:
        x, y = node["pos"]
        if left <= x < left + width and top <= y < top + height and node["type"] != NOTE:
            yield node


def _columns(nodes: Sequence[Node]) -> Iterator[tuple[tuple[Node, ...], ...]]:
    """Yield the ways to divide nodes into columns: the best one of each number of columns."""
    for count in range(1, len(nodes) + 1):
        cuts = [(0, *cut, len(nodes)) for cut in combinations(range(1, len(nodes)), count - 1)]
        yield min(
            (tuple(tuple(nodes[a:b]) for a, b in pairwise(cut)) for cut in cuts),
            key=lambda columns: max(_height(column) for column in columns),
        )


def _arrangements(blocks: Sequence[Sequence[Block]]) -> Iterator[Rows]:
    """Yield all rows that can be made of one form of each block."""
    cuts = [cut for count in range(MOST_ROWS) for cut in combinations(range(1, len(blocks)), count)]
    for forms in product(*blocks):
        for cut in cuts:
            yield tuple(forms[a:b] for a, b in pairwise((0, *cut, len(forms))))


def _cost(rows: Rows) -> tuple[float, float]:
    """Return the size of the graph on a screen, and its area to choose among equals."""
    widths = [sum(block.width + GROUP_GAP for block in row) for row in rows]
    height = sum(max(block.height for block in row) + GROUP_GAP for row in rows)
    return max(max(widths) / SCREEN, height), sum(widths) * height


def _width(column: Sequence[Node]) -> float:
    return float(max(node["size"][0] for node in column))


def _height(column: Sequence[Node]) -> float:
    return sum(TITLE + room(node) for node in column) + NODE_GAP * (len(column) - 1)


def generate(chosen: Sequence[str] = ()) -> None:
    """Arrange the chosen examples, or all."""
    for name in chosen or TITLES:
        path = editor_file(name)
        workflow = json.loads(path.read_text(encoding="utf-8"))
        arrange(workflow)
        text = json.dumps(workflow, indent=1, ensure_ascii=False)
        path.write_text(f"{text}\n", encoding="utf-8", newline="\n")
        print(path)
