"""Reading of tags in the answer of a tagger, and the rules for tags."""

import ast
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..frames import Absence
from .plain_text import json_in, quoted, without_thoughts

# A longer entry between two commas is a sentence, not a tag. The longest usual tags of Danbooru
# have six words.
MOST_WORDS = 6
_BETWEEN = re.compile(r"[,;\n、，；]+")
_MODEL_TAG = re.compile(r"<[a-z]+:[^<>]*>", re.IGNORECASE)  # <lora:name:0.8>
# "red hair:1.2", and "red hair: 0.98"
_WEIGHT = re.compile(r"(?<=\w|\))\s*:\s*(?:\d+(?:\.\d+)?|\.\d+)\s*$")
_PAIRS = {"(": ")", "[": "]", "{": "}", '"': '"', "'": "'", "`": "`"}
_NAMES = ("tag", "label", "name")  # keys of an object that describes one tag
_LISTS = ("(", "[", "{")
_BULLET = re.compile(r"^(?:[-*•]|\d+[.)])\s+")
_LABEL = re.compile(r"^\s*(?:general |character )?tags\s*[:：]\s*", re.IGNORECASE)
_ESCAPED = {"\\(": "\ue000", "\\)": "\ue001"}  # brackets of a name, not of a weight


@dataclass(frozen=True)
class TagRules:
    """Tags that must be there, and tags that must not, as `read_tags` writes them."""

    must: tuple[str, ...]
    must_not: tuple[str, ...]

    @classmethod
    def read(cls, must: str, must_not: str) -> "TagRules":
        """Return the rules from two texts of tags."""
        return cls(tuple(tags_of(must)), tuple(tags_of(must_not)))

    def broken_by(self, tags: Collection[str]) -> tuple[list[str], list[str]]:
        """Return the tags that are missing, and those that are there and must not be."""
        missing = [each for each in self.must if each not in tags]
        return missing, [each for each in self.must_not if each in tags]


def tags_of(text: str) -> list[str]:
    r"""Return the tags of a text in their order, each once and written in one way.

    Tags stand between commas, semicolons or line breaks. Lower case, spaces instead of
    underscores, no weights, no brackets of weights, no escapes.

    Examples:
        >>> tags_of(r"1girl, (Red_Hair:1.2), [hat], hatsune_miku_\(vocaloid\)")
        ['1girl', 'red hair', 'hat', 'hatsune miku (vocaloid)']
    """
    text = _MODEL_TAG.sub(" ", unicodedata.normalize("NFKC", text))
    text = _LABEL.sub("", text).strip()
    while text[:1] in _LISTS and text[-1:] == _PAIRS[text[0]] and _is_one_pair(text):
        text = text[1:-1].strip()  # "['1girl', 'solo']", as Python writes a list
    # A bracket may hold several tags, "(red hair, hat:1.2)"; each entry then has half of it.
    entries = (_tag(each) for each in _BETWEEN.split(text))
    return list(dict.fromkeys(each for each in entries if each))


def read_tags(text: str) -> list[str] | Absence:
    """Return the tags that a tagger or a language model wrote, or why the text is no list of tags.

    Of a JSON object the keys are the tags, as with confidences: `{"hat": 0.98}`. Where they name
    groups of tags, the tags in the groups count; a tag that is false or null is not there.

    Args:
        text: answer of a tagger or of a language model.
    """
    answer = without_thoughts(text)
    data = json_in(answer) or _python_list(answer)
    if isinstance(data, dict | list):
        answer = "\n".join(_tags_in(data))
    if not answer.strip():
        return Absence("answer_empty")
    tags = tags_of(answer.replace("```", "").replace("**", ""))
    is_prose = any(len(each.split()) > MOST_WORDS or ". " in each for each in tags)
    return Absence("answer_no_tags", {"answer": quoted(text)}) if is_prose or not tags else tags


def _python_list(text: str) -> Any:
    """Return the list or dictionary that a text is as Python writes it, or None."""
    if text[:1] not in ("[", "{"):
        return None
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def _tags_in(data: dict[str, Any] | Sequence[Any]) -> Iterator[str]:
    """Yield the tags of JSON values: texts of lists, and keys of objects."""
    if not isinstance(data, dict):
        for value in data:
            if isinstance(value, dict | list | tuple):
                yield from _tags_in(value)
            elif isinstance(value, str):
                yield value
        return
    named = [data[key] for key in _NAMES if isinstance(data.get(key), str)]
    if named:  # {"label": "hat", "score": 0.98}
        yield from named
        return
    for key, value in data.items():
        if isinstance(value, dict | list | tuple):
            yield from _tags_in(value)
        elif isinstance(value, str) and len(data) == 1:  # {"tags": "1girl, solo"}
            yield value
        elif value is not False and value is not None:
            yield str(key)


def shown_tags(tags: Sequence[str]) -> str:
    """Return tags as text, for a reason; a dash for none."""
    return ", ".join(tags) if tags else "–"


def _tag(entry: str) -> str:
    for escape, mark in _ESCAPED.items():
        entry = entry.replace(escape, mark)
    tag = _BULLET.sub("", entry.strip()).strip()
    while tag[:1] in _PAIRS and tag[-1:] == _PAIRS[tag[0]] and _is_one_pair(tag):
        tag = tag[1:-1].strip()
    tag = _without_half_bracket(tag)
    tag = _WEIGHT.sub("", tag) or tag
    for escape, mark in _ESCAPED.items():
        tag = tag.replace(mark, escape[1])
    tag = tag.rstrip(".") if len(tag.rstrip(".")) > 1 else tag
    return " ".join(tag.replace("_", " ").lower().split())


def _is_one_pair(tag: str) -> bool:
    """Return True if the bracket at the start of a tag is closed at its end, not before."""
    start, end, depth = tag[0], _PAIRS[tag[0]], 0
    if start == end:
        return len(tag) > 2 and start not in tag[1:-1]
    for place, letter in enumerate(tag):
        depth += (letter == start) - (letter == end)
        if depth == 0:
            return place == len(tag) - 1 and len(tag) > 2
    return False


def _without_half_bracket(tag: str) -> str:
    """Return a tag without a bracket whose other half stands at another tag."""
    for start in _LISTS:
        end = _PAIRS[start]
        while tag[:1] == start and end not in tag and len(tag) > 2:
            tag = tag[1:].strip()
        while tag[-1:] == end and start not in tag and len(tag) > 2:
            tag = tag[:-1].strip()
    return tag
