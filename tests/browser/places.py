"""Places of nodes and groups on the canvas, as they are drawn."""

from itertools import combinations
from typing import NamedTuple

from .editor import Editor

NODES = """() => app.graph.nodes.map(node => {
    const [left, top, width, height] = [...node.getBounding()];
    return {id: node.id, type: node.type, left, top, right: left + width, bottom: top + height};
})"""
# Nodes 2.0 gives each node the size that it needs in the page.
NODES_2 = """() => app.graph.nodes.map(node => {
    const element = document.querySelector(`[data-node-id="${node.id}"]`);
    const {left, top, right, bottom} = element.getBoundingClientRect();
    const [start, scale] = [app.canvas.canvas.getBoundingClientRect(), app.canvas.ds.scale];
    const [x, y] = app.canvas.ds.offset;
    return {
        id: node.id, type: node.type,
        left: (left - start.left) / scale - x, right: (right - start.left) / scale - x,
        top: (top - start.top) / scale - y, bottom: (bottom - start.top) / scale - y,
    };
})"""
GROUPS = """() => app.graph.groups.map(group => {
    const [left, top, width, height] = [...group.boundingRect];
    return {id: group.title, type: 'group', left, top, right: left + width, bottom: top + height};
})"""


class Box(NamedTuple):
    """Where something stands on the canvas."""

    id: int | str
    type: str
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        beside = self.right <= other.left or other.right <= self.left
        return not beside and self.top < other.bottom and other.top < self.bottom

    def holds(self, other: "Box") -> bool:
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.right <= self.right
            and other.bottom <= self.bottom
        )


def overlapping(boxes: list[Box]) -> list[tuple[int | str, int | str]]:
    """The pairs of nodes of which one stands over the other, by their ids."""
    return [(a.id, b.id) for a, b in combinations(boxes, 2) if a.overlaps(b)]


def settled(editor: Editor, nodes: str) -> list[Box]:
    """Where the nodes stand once none changes its size any more."""
    before: list[Box] = []
    for _ in range(30):
        boxes = read_boxes(editor, nodes)
        if boxes == before:
            return boxes
        before = boxes
        editor.page.wait_for_timeout(400)  # they grow by themselves, as their pictures come
    raise AssertionError("the nodes go on changing their sizes")


def read_boxes(editor: Editor, script: str) -> list[Box]:
    return [Box(**each) for each in editor.page.evaluate(script)]
