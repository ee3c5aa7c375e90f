"""Advice where a detector sees nobody: another detector that sees more, and how to get it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ..frames import Absence
from ..weights import Weight

# Code of a reason, with the codes of the same reason that advise to install a detector, and to
# choose an installed one.
ADVISED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "seldom_visible": ("seldom_visible_install", "seldom_visible_choose"),
        "seldom_seen": ("seldom_seen_install", "seldom_seen_choose"),
        "no_reference": ("no_reference_install", "no_reference_choose"),
        "references_unseen": ("references_unseen_install", "references_unseen_choose"),
    }
)


@dataclass(frozen=True)
class BetterDetector:
    """A detector that sees people in frames in which the chosen one sees nobody.

    Attributes:
        name: name to choose at an Identity Model.
        weight: weights to install for it; None if it is installed.
    """

    name: str
    weight: Weight | None = None


def with_advice(
    code: str, values: Mapping[str, Any], better: BetterDetector | None
) -> tuple[str, dict[str, Any]]:
    """Return the code and the values of a reason that says what to do, too.

    Args:
        code: code of the reason without advice, a key of `ADVISED`.
        values: values of its placeholders.
        better: detector that sees more; None if there is none, so that the reason stays as it is.

    Examples:
        >>> with_advice("seldom_visible", {"visible": 1}, BetterDetector("anime_person"))
        ('seldom_visible_choose', {'visible': 1, 'detector': 'anime_person'})
    """
    if better is None:
        return code, dict(values)
    to_install, to_choose = ADVISED[code]
    if better.weight is None:
        return to_choose, {**values, "detector": better.name}
    facts = {
        "detector": better.name,
        "weights": better.weight.name,
        "size": better.weight.size,
        "licence": better.weight.licence,
        "command": better.weight.command,
    }
    return to_install, {**values, **facts}


def advised(absence: Absence, better: BetterDetector | None) -> Absence:
    """Return an absence that says what to do, too, if its reason has such a variant."""
    if absence.code not in ADVISED:
        return absence
    return Absence(*with_advice(absence.code, absence.values, better), absence.counts)


def all_codes(code: str) -> tuple[str, str, str]:
    """Return the code of a reason and its codes with advice, for the declaration of a measure."""
    return code, *ADVISED[code]
