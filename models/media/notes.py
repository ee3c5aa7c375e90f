"""Sentences that Save Job shows: what a file doesn't keep, and where the rest is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..reasons import note


@dataclass(frozen=True)
class Note:
    """One sentence, which the editor shows in its language.

    Attributes:
        code: key of the sentence among the notes in `locales`.
        values: values of its placeholders.
    """

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The sentence in English."""
        return note(self.code, self.values)

    def to_dict(self) -> dict[str, Any]:
        """Return the note as JSON, for the editor."""
        return {"code": self.code, "values": dict(self.values), "text": self.text}
