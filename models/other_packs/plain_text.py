"""Preparation of texts of other nodes, for reading them and for quoting them in a reason."""

import json
import re
import unicodedata
from typing import Any

LONGEST_QUOTE = 120  # characters of a text in a reason
# What a model thought before it answered. Qwen, DeepSeek and others put it between these tags.
_THOUGHT_TAG = re.compile(r"<(/?)(?:think|thinking|reasoning|thought)>", re.IGNORECASE)
_SPECIAL_TOKEN = re.compile(r"<\|[^|>]*\|>|</?s>|<(?:end|start)_of_turn>")
_FENCE = re.compile(r"```[\w-]{0,40}\n?(.*?)```", re.DOTALL)
_BOXED = re.compile(r"\\boxed\{([^{}]*)\}")
_TAGGED = re.compile(r"\A.*<answer>(.*?)(?:</answer>.*|$)", re.DOTALL | re.IGNORECASE)
_MARKS = str.maketrans("", "", '*`#"“”„«»‘「」『』【】')
# Keys under which a model writes its answer if it writes JSON, the first one that is there counts.
ANSWER_KEYS = ("answer", "final_answer", "result", "verdict", "response", "output", "value")
_LABEL = re.compile(
    r"(?:^|(?<=[^\w]))"
    r"(?:(?:the |my )?(?:final |short )?(?:answer|verdict|conclusion)(?: is)?|result|response|a"
    r"|(?:yes|true) ?(?:/|or) ?(?:no|false)|antwort|réponse"
    r"|最終回答|最终答案|回答|答え|答案|结论|結論)\s*[:：]\s*",
    re.IGNORECASE,
)


# Small digits and fractions. In Unicode's plain form "10²" would be 102, and "8½" 81⁄2.
SMALL_DIGITS = "¹²³⁰⁴-⁹₀-₉¼-¾⅐-⅟↉"
_SMALL = re.compile(f"([{SMALL_DIGITS}])")


def normalized(text: str) -> str:
    """Return a text in Unicode's plain form (NFKC), in which full-width digits are usual ones.

    Small digits and fractions stay as they are.

    Examples:
        >>> normalized("８／１０"), normalized("１０²")
        ('8/10', '10²')
    """
    return "".join(
        each if _SMALL.fullmatch(each) else unicodedata.normalize("NFKC", each)
        for each in _SMALL.split(text)
    )


def quoted(text: str, longest: int = LONGEST_QUOTE) -> str:
    r"""Return a text as one line without control characters, cut where it is too long.

    Examples:
        >>> quoted("Yes,\n she is.", 9)
        'Yes, she…'
    """
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return line if len(line) <= longest else f"{line[:longest].rstrip()}…"


def without_thoughts(text: str) -> str:
    """Return the answer of a model without its thoughts and without the tokens of its template.

    If the thoughts don't end, nothing was answered, and the text is empty.

    Examples:
        >>> without_thoughts("<think>No hat? There is one.</think> Yes")
        'Yes'
    """
    text = _SPECIAL_TOKEN.sub(" ", text)
    parts: list[str] = []
    is_thought, end = False, 0
    for tag in _THOUGHT_TAG.finditer(text):
        if not tag[1]:
            if not is_thought:
                parts.append(text[end : tag.start()])
            is_thought = True
            continue
        if not is_thought:  # the start of these thoughts was part of the prompt
            parts.clear()
        is_thought, end = False, tag.end()
    if not is_thought:
        parts.append(text[end:])
    return " ".join(parts).strip()


def json_in(text: str) -> Any:
    """Return the JSON object or array that a text consists of, or None.

    It may stand in a code block, and a code block may stand between sentences.
    """
    block = _FENCE.search(text)
    for candidate in (text, block.group(1) if block else ""):
        candidate = candidate.strip()
        if candidate[:1] in ("{", "["):
            try:
                return json.loads(candidate)
            except (ValueError, RecursionError):  # a model may repeat "[" until it is cut off
                continue
    return None


def answer_in(text: str, keys: tuple[str, ...] = ANSWER_KEYS) -> str:
    """Return the part of a text that holds the answer, as plain text.

    Thoughts and marks of Markdown are removed. Of a JSON object, the value of the first of `keys`
    is the answer, or its only value. After a label such as "Answer:" only the text behind the last
    one counts.

    Args:
        text: text of a model.
        keys: keys of a JSON object that hold the answer, in lower case.

    Examples:
        >>> answer_in('{"answer": "yes", "reason": "Her hair is red."}')
        'yes'
        >>> answer_in("She wears no hat. **Answer: No**")
        'No'
    """
    text = without_thoughts(text)
    value = json_in(text)
    if isinstance(value, list) and len(value) == 1:
        (value,) = value
    if isinstance(value, dict):
        by_key = {str(key).lower().replace(" ", "_"): each for key, each in value.items()}
        name = next((key for key in keys if key in by_key), None)
        if name is None and len(by_key) == 1:
            (name,) = by_key
        value = None if name is None else by_key[name]
        if isinstance(value, bool | int | float | str):
            text = str(value)
    block = _FENCE.fullmatch(text)
    text = _TAGGED.sub(r"\1", _BOXED.sub(r"\1", block.group(1) if block else text))
    text = normalized(text).translate(_MARKS).replace("’", "'")
    labels = list(_LABEL.finditer(text))
    return (text[labels[-1].end() :] if labels else text).strip()
