"""What axe-core says of a part of the page."""

import json

import pytest

from .editor import Editor

SERIOUS = ("serious", "critical")


def serious_faults(editor: Editor, within: str) -> list[str]:
    """Return what axe-core calls serious or critical within an element."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright",
        reason="axe is not installed: pip install axe-playwright-python",
    ).Axe()
    violations = axe.run(editor.page, context=within).response["violations"]
    return [json.dumps(each)[:3000] for each in violations if each["impact"] in SERIOUS]
