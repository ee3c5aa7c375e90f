"""The client uses no call that the newest editor has marked as deprecated."""

import re
from pathlib import Path

import pytest

from anime_production.tools.comfyui import PACK

CLIENT = PACK / "web" / "client"
# Deprecated in editor 1.58.1, with calls that both it and 1.47.12 have.
INSTEAD = {
    r"\.links\b(?!\.(?:get|values)\()": "getOutputNodes(slot), or graph.links.values()",
    r"\.link\b(?!\()": "getInputNode(slot), or graph_links.js",
    r"\bselected_nodes\b": "canvas.selectedItems",
    r"(?:extensionManager|workspace)\)?\.(?:un)?registerSidebarTab|\bgetSidebarTabs\b": (
        "extensionManager.sidebarTab"
    ),
    r"\bapp\)?\.graph\b": "app.rootGraph",
    r"\bapp\)?\.(?:lastNodeErrors|lastExecutionError|runningNodeId|shiftDown|widgets)\b": (
        "the stores in app.extensionManager"
    ),
    r"\bbadgePosition\b": "nothing: badges are always in the same corner",
    r"\bget(?:Extra|Node|Canvas)MenuOptions\b|\bprototype\.\w+ =": (
        "getNodeMenuItems, getCanvasMenuItems, nodeCreated"
    ),
    r"\bapi\)?\.dispatchEvent\b": "dispatchCustomEvent",
    r"\bui\.settings\b|\baddSetting\b": "settings of the extension",
    r"\bcaptureInput\b|\bonBeforeChange\b|\brepositionNodesVueMode\b|\blast_y\b": "see the editor",
    r"/scripts/ui|/extensions/core/": "elements of the page",
}


def deprecated_calls(source: str) -> list[str]:
    """Return the deprecated calls in a script, each with its line and the call to use instead."""
    return [
        f"{number}: {match.group()} -> {instead}"
        for number, line in enumerate(source.splitlines(), 1)
        for pattern, instead in INSTEAD.items()
        for match in [re.search(pattern, line)]
        if match
    ]


def scripts() -> list[Path]:
    vendor = CLIENT / "vendor"
    return sorted(path for path in CLIENT.rglob("*.js") if vendor not in path.parents)


def test_the_client_uses_no_deprecated_call_of_the_editor():
    sources = {path: path.read_text(encoding="utf-8") for path in scripts()}
    assert sources
    calls = {
        path.relative_to(CLIENT).as_posix(): deprecated_calls(source)
        for path, source in sources.items()
    }
    assert {path: each for path, each in calls.items() if each} == {}


@pytest.mark.parametrize(
    "line",
    [
        "output.links ?? []",
        "node.inputs[0]?.link",
        "Object.values(app.canvas.selected_nodes)",
        "app.extensionManager.registerSidebarTab({",
        "workspace.getSidebarTabs()",
        "app.graph.nodes",
        "/** @type {any} */ (app).graph",
        "node.badgePosition = 1",
        "nodeType.prototype.getExtraMenuOptions = function () {",
        "nodeType.prototype.onExecuted = function (output) {",
        "/** @type {any} */ (api).dispatchEvent(event)",
        'import { $el } from "../../../scripts/ui.js";',
    ],
)
def test_a_deprecated_call_is_found(line: str):
    assert deprecated_calls(line)


@pytest.mark.parametrize(
    "line",
    [
        "for (const link of graph?.links.values() ?? []) {",
        "app.extensionManager.sidebarTab.registerSidebarTab({",
        "document.dispatchEvent(event)",
    ],
)
def test_a_current_call_is_allowed(line: str):
    assert deprecated_calls(line) == []


def test_extensions_are_named_after_the_pack():
    names = {
        name
        for path in scripts()
        if "registerExtension(" in (source := path.read_text(encoding="utf-8"))
        for name in re.findall(r'^  name: "([^"]+)"', source, re.MULTILINE)
    }
    assert len(names) == 5
    assert {name.split(".")[0] for name in names} == {"animeproduction"}
