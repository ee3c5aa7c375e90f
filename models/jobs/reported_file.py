"""A file in ComfyUI's output folder that a node says it wrote."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReportedFile:
    """A file that a node of ComfyUI or of another pack reported, as it was when its job ended.

    Attributes:
        node_id, node_type: id and class of the node; the class is "" if the graph doesn't say it.
        root: absolute path of ComfyUI's output folder.
        path: path relative to `root`, with forward slashes.
        bytes: size of the file.
        modified_ns: time of the last change in nanoseconds since 1970, as the file system says.
    """

    node_id: str
    node_type: str
    root: str
    path: str
    bytes: int
    modified_ns: int
