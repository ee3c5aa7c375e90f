"""A stand-in for a virus scanner of Windows, which holds new files for a moment."""

import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest


class Scanner:
    """A program that holds every new file for as many renames, and then lets it go."""

    def __init__(self, tries: float) -> None:
        self.tries = tries
        self.refused: Counter[Any] = Counter()

    def around(self, rename: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        """Wrap a function of `os` that gives a file a name."""

        def held(source: Any, target: Any, **options: Any) -> None:
            if self.refused[source] < self.tries:
                self.refused[source] += 1
                raise PermissionError(13, "The file is used by another process", str(target))
            rename(source, target, **options)

        return held


@pytest.fixture
def scanner(monkeypatch: pytest.MonkeyPatch) -> Scanner:
    """A scanner that holds each file and folder for two tries."""
    scanner = Scanner(2)
    monkeypatch.setattr(os, "replace", scanner.around(os.replace))
    monkeypatch.setattr(os, "rename", scanner.around(os.rename))
    monkeypatch.setattr(os, "link", scanner.around(os.link))
    return scanner
