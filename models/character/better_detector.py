"""Advice where a detector sees nobody: another detector that sees more, and how to get it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..frames import Absence
from ..weights import Weight

# Codes of the reasons that have variants with advice. The code of such a variant ends in INSTALL if
# it advises to install a detector, and in CHOOSE if it advises to choose an installed one.
ADVISED = ("seldom_visible", "seldom_seen", "no_reference", "references_unseen")
INSTALL, CHOOSE = "_install", "_choose"


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
        code: code of the reason without advice, one of `ADVISED`.
        values: values of its placeholders.
        better: detector that sees more; None if there is none, so that the reason stays as it is.

    Examples:
        >>> with_advice("seldom_visible", {"visible": 1}, BetterDetector("anime_person"))
        ('seldom_visible_choose', {'visible': 1, 'detector': 'anime_person'})
    """
    if better is None:
        return code, dict(values)
    if better.weight is None:
        return code + CHOOSE, {**values, "detector": better.name}
    facts = {
        "detector": better.name,
        "weights": better.weight.name,
        "size": better.weight.size,
        "licence": better.weight.licence,
        "command": better.weight.command,
    }
    return code + INSTALL, {**values, **facts}


def advised(absence: Absence, better: BetterDetector | None) -> Absence:
    """Return an absence that says what to do, too, if its reason has such a variant."""
    if absence.code not in ADVISED:
        return absence
    return Absence(*with_advice(absence.code, absence.values, better), absence.counts)


def all_codes(code: str) -> tuple[str, str, str]:
    """Return the code of a reason and its codes with advice, for the declaration of a measure."""
    return code, code + INSTALL, code + CHOOSE
