"""What may stand behind a route's `?`: each parameter with its meaning, its schema, its reading."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from ...models.jobs.job import JobSource, JobState, ReviewVerdict
from ...models.jobs.queries.filters import NONE, JobFilter
from ...models.jobs.queries.orders import NEWEST, ORDERS
from ...models.report import Verdict
from .answers import Refusal

LONGEST_TEXT = 1000
LONGEST_CURSOR = 500
PAGE, LARGEST_PAGE = 50, 200
VERDICTS = tuple(each.value for each in Verdict if each is not Verdict.INFO)


@dataclass(frozen=True)
class Parameter:
    """One parameter of a route.

    Attributes:
        name: as it stands in the address.
        description: what it means.
        expected: what its value must be, in words.
        schema: the same as JSON schema.
        read: makes a value of the text; raises ValueError.
        default: without it.
    """

    name: str
    description: str
    expected: str
    schema: Mapping[str, Any]
    read: Callable[[str], Any]
    default: Any = None


def text(name: str, description: str, longest: int = LONGEST_TEXT) -> Parameter:
    """A text; an empty one is as if it weren't there."""

    def read(given: str) -> str | None:
        if len(given) > longest:
            raise ValueError
        return given or None

    schema = {"type": "string", "maxLength": longest}
    return Parameter(name, description, f"at most {longest} characters", schema, read)


def choice(
    name: str, description: str, options: Iterable[str], default: str | None = None
) -> Parameter:
    """One of several words; an empty one is as if it weren't there."""
    words = tuple(options)

    def read(given: str) -> str | None:
        if given and given not in words:
            raise ValueError
        return given or default

    schema: dict[str, Any] = {"type": "string", "enum": ["", *words]}
    if default is not None:
        schema["default"] = default
    expected = f"one of {', '.join(words)}"
    return Parameter(name, description, expected, schema, read, default)


def whole(name: str, description: str, least: int, most: int, default: int) -> Parameter:
    """A whole number within bounds."""

    def read(given: str) -> int:
        if not (given.isascii() and given.isdigit()) or not least <= int(given[:9]) <= most:
            raise ValueError
        return int(given)

    schema = {"type": "integer", "minimum": least, "maximum": most, "default": default}
    expected = f"a whole number from {least} to {most}"
    return Parameter(name, description, expected, schema, read, default)


def time(name: str, description: str) -> Parameter:
    """A time, or a day's beginning; without a zone it is UTC."""

    def read(given: str) -> datetime | None:
        if not given:
            return None
        # A plus in an address is a space; Python 3.10 knows no Z.
        found = datetime.fromisoformat(given.replace(" ", "+").replace("Z", "+00:00"))
        return found if found.tzinfo else found.replace(tzinfo=timezone.utc)

    expected = "a time such as 2026-03-01T12:00:00+00:00 or a day such as 2026-03-01"
    return Parameter(name, description, expected, {"type": "string"}, read)


def truth(name: str, description: str) -> Parameter:
    """Yes or no; no where it isn't said."""

    def read(given: str) -> bool:
        return {"true": True, "false": False}[given]

    schema = {"type": "boolean", "default": False}
    return Parameter(name, description, "true or false", schema, read, False)


FILTERS = (
    *(
        text(name, f"Jobs of this {name}.")
        for name in ("project", "episode", "scene", "shot", "character")
    ),
    choice("state", "Jobs in this state.", [each.value for each in JobState]),
    choice("verdict", "Jobs with this verdict; none: without any.", [*VERDICTS, NONE]),
    text("model", "Jobs of this model, as figures by model name it."),
    text("tag", "Jobs with this tag."),
    choice("source", "Jobs that were asked for in this way.", [each.value for each in JobSource]),
    choice(
        "review",
        "Jobs whose newest review says this; none: that nobody judged.",
        [*(each.value for each in ReviewVerdict), NONE],
    ),
    time("from", "Jobs made at this time or later."),
    time("to", "Jobs made before this time."),
    text("text", "Words that all occur in names, tags or prompts, in any script."),
    text("file", "The job that wrote this file: its path below the output folder, or its sha256."),
)
ORDER = choice("order", "The newest first, or the best: passed, highest score.", ORDERS, NEWEST)
CURSOR = text("cursor", "Where to go on: `next` of the page before.", LONGEST_CURSOR)
LIMIT = whole("limit", "The most that are answered at once.", 1, LARGEST_PAGE, PAGE)


def read(query: Mapping[str, str], parameters: Iterable[Parameter]) -> dict[str, Any]:
    """The values of all parameters, by name.

    Raises:
        Refusal: a parameter that isn't known, comes twice, or can't be read.
    """
    known = {each.name: each for each in parameters}
    values = {name: each.default for name, each in known.items()}
    seen = set()
    for name, given in query.items():
        if name not in known:
            others = ", ".join(known) or "none"
            message = f"There is no parameter {name[:100]!r} here; there are: {others}."
            raise Refusal(400, "unknown_parameter", message)
        if name in seen:
            raise Refusal(400, "bad_parameter", f"{name}: expected once, got several.")
        seen.add(name)
        try:
            values[name] = known[name].read(given)
        except (ValueError, KeyError):
            message = f"{name}: expected {known[name].expected}, got {given[:100]!r}."
            raise Refusal(400, "bad_parameter", message) from None
    return values


def filter_of(values: Mapping[str, Any]) -> JobFilter:
    """The jobs that the filter's parameters describe."""
    renamed = {"from": "since", "to": "until"}
    named = {renamed.get(each.name, each.name): values[each.name] for each in FILTERS}
    return JobFilter(**named)
