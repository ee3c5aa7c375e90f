"""Parameters of which some run only with the slow tests: more of the same, not another case."""

from typing import Any

import pytest


def first_of(first: Any, *others: Any) -> list[Any]:
    """Return values to parametrise with, of which all but the first are slow.

    Args:
        first: runs by default.
        others: what the slow tests try besides.
    """
    return [first, *(pytest.param(each, marks=pytest.mark.slow) for each in others)]
