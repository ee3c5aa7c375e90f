"""ComfyUI's nodes that make a text from texts, computed without running the graph.

Only nodes that are exact and quick are here. `RegexReplace` and `RegexExtract` are not: a pattern
can take minutes, and the thread that reads graphs must not wait for it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

# Characters of a computed text. Without a limit, 20 concatenations that each use the same text
# twice would make it a million times as long.
LONGEST_TEXT = 1 << 20

Values = Mapping[str, Any]


@dataclass(frozen=True)
class TextNode:
    """A node that makes a text from its inputs.

    Attributes:
        inputs: type of each input that the text depends on.
        compute: function that returns the text from the inputs' values.
        defaults: values of inputs that a graph may leave out.
        most: function that returns a length which the text can't exceed.
    """

    inputs: Mapping[str, type]
    compute: Callable[[Values], str]
    defaults: Values = field(default_factory=dict)
    most: Callable[[Values], int] = lambda values: 3 * len(values["string"])  # "ΐ".upper() has 3

    def text(self, values: Values) -> str | None:
        """Return the text; None if a value is missing, of another type, or the text is too long."""
        all_values = {**self.defaults, **values}
        for name, kind in self.inputs.items():
            value = all_values.get(name)
            if not isinstance(value, kind) or isinstance(value, bool):
                return None
        return self.compute(all_values) if self.most(all_values) <= LONGEST_TEXT else None


def _trimmed(values: Values) -> str:
    text: str = values["string"]
    trims = {"Both": text.strip, "Left": text.lstrip, "Right": text.rstrip}
    return trims.get(values["mode"], lambda: text)()


def _converted(values: Values) -> str:
    text: str = values["string"]
    conversions = {
        **{"UPPERCASE": text.upper, "lowercase": text.lower},
        **{"Capitalize": text.capitalize, "Title Case": text.title},
    }
    return conversions.get(values["mode"], lambda: text)()


def _replaced_length(values: Values) -> int:
    text: str = values["string"]
    return len(text) + text.count(values["find"]) * len(values["replace"])


TEXT_NODES: Mapping[str, TextNode] = {
    "StringConcatenate": TextNode(
        {"string_a": str, "string_b": str, "delimiter": str},
        lambda values: values["delimiter"].join((values["string_a"], values["string_b"])),
        {"delimiter": ""},
        lambda values: sum(map(len, values.values())),
    ),
    "StringTrim": TextNode({"string": str, "mode": str}, _trimmed),
    "CaseConverter": TextNode({"string": str, "mode": str}, _converted),
    "StringReplace": TextNode(
        {"string": str, "find": str, "replace": str},
        lambda values: values["string"].replace(values["find"], values["replace"]),
        most=_replaced_length,
    ),
    "StringSubstring": TextNode(
        {"string": str, "start": int, "end": int},
        lambda values: values["string"][values["start"] : values["end"]],
        most=lambda values: len(values["string"]),
    ),
}
