"""Files that the nodes of a graph load: pictures, clips, sound and models in three dimensions."""

import re
from collections.abc import Iterator

from ...media.suffixes import LOADED
from .graph import Graph, Node

SUFFIX = re.compile("|".join(map(re.escape, LOADED)).join(("(", ")$")), re.IGNORECASE)
FOLDER_OF_FILE = re.compile(r"\s*\[(input|output|temp)\]\s*$")  # as in `x.png [output]`
# Names of inputs of loaders, of KJNodes and VideoHelperSuite too.
NAME = re.compile(
    r"(\w+_)?(image|img|picture|photo|mask|video|clip|gif|audio|sound|file|path|url|model_file|mesh"
    r"|latent|sketch|reference|media|source|input)s?(_?(path|file|name|url|[a-z]|\d+))*",
    re.IGNORECASE,
)
FOLDER_NAME = re.compile(
    r"(\w+_)?(directory|folder|image|video|images|videos)(_?path)?", re.IGNORECASE
)
LOADER = re.compile(r"load", re.IGNORECASE)
WRITER = re.compile(r"save|combine|export|write|download", re.IGNORECASE)
OUTPUT_NAME = re.compile(r"(output|save|filename|prefix)", re.IGNORECASE)
LONGEST_PATH = 1000  # characters; a picture can stand in an input itself, as Base64


def input_files(graph: Graph, node: Node) -> Iterator[tuple[str, str]]:
    """Yield (input, file) for each file or folder that a node loads.

    Examples:
        >>> graph = Graph({"1": {"class_type": "LoadImage", "inputs": {"image": "hill.png"}}})
        >>> list(input_files(graph, graph.nodes["1"]))
        [('image', 'hill.png')]
    """
    if WRITER.search(node.type):
        return
    for name in node.inputs:
        may_be_folder = LOADER.search(node.type) and FOLDER_NAME.fullmatch(name)
        if OUTPUT_NAME.match(name) or not (may_be_folder or NAME.fullmatch(name)):
            continue
        literal = graph.literal(node, name)
        if literal is None or not isinstance(literal.value, str):
            continue
        text = literal.value.strip()
        is_file = SUFFIX.search(FOLDER_OF_FILE.sub("", text)) is not None
        if 0 < len(text) <= LONGEST_PATH and "\n" not in text and (is_file or may_be_folder):
            yield name, text
