"""Measures that tests make up."""

from dataclasses import replace
from typing import Any

from anime_production.models.measure import Measure, Reason
from anime_production.models.measures import all_sentences

REASONS = tuple(Reason(code, text) for code, text in all_sentences().items())


def any_measure(*fields: Any, **named: Any) -> Measure:
    """Return a measure that can say every sentence of the pack; arguments as those of `Measure`."""
    return replace(Measure(*fields, **named), reasons=REASONS)
