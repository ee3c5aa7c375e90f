"""The pack's settings, commands and texts in the editor, as tests use them."""

import json
from typing import Any

from anime_production.tools.comfyui import PACK

from .editor import Editor

TRIES, UNFOLDED_MS, AWAY = 20, 300, (700, 500)  # of the pointer over the menu
# Button of the menu: in editor 1.47, and later.
MENU_BUTTON = ".comfy-menu-button-wrapper, [data-testid=comfy-menu-button]"
REGISTERED = """() => {
    const pinia = document.querySelector("#vue-app").__vue_app__.config.globalProperties.$pinia;
    const own = ([id]) => id.startsWith("AnimeProduction.");
    // A hidden setting has no place in the dialog, and no texts.
    const settings = Object.entries(pinia._s.get("setting").settingsById).filter(own)
        .filter(([, { type }]) => type !== "hidden");
    const commands = pinia._s.get("command").commands.map((each) => [each.id, each]).filter(own);
    return {
        settings: Object.fromEntries(settings.map(
            ([id, { name, tooltip }]) => [id.replaceAll(".", "_"), { name, tooltip }])),
        commands: Object.fromEntries(commands.map(
            ([id, { label }]) => [id.replaceAll(".", "_"), { label }])),
        menu: pinia._s.get("menuItem").menuItems
            .filter(({ label }) => label === "Anime Production")
            .flatMap(({ label, items }) => [label, ...items.map((each) => each.label)]),
        categories: [...new Set(settings.flatMap(([_, { category }]) => category.slice(0, 2)))],
    };
}"""


def open_settings(editor: Editor, group: str = "Anime Production") -> Any:
    """The pack's page of the settings, by the name that it has in the editor's language."""
    execute(editor, "Comfy.ShowSettingsDialog")
    page = editor.page.get_by_role("dialog")
    page.get_by_text(group).click()
    return page


def execute(editor: Editor, command: str) -> None:
    """Run a command of the editor, as its key would."""
    editor.page.evaluate("id => void app.extensionManager.command.execute(id)", command)


def registered_texts(editor: Editor) -> Any:
    """What the pack gave the editor to show, in English."""
    return editor.page.evaluate(REGISTERED)


def texts(language: str, file: str) -> dict[str, Any]:
    """The texts of one of the pack's files."""
    path = PACK / "locales" / language / file
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


def open_menu(page: Any, name: str = "Anime Production") -> None:
    """Open the pack's submenu, which opens under a pointer that moves onto its name.

    A menu that still unfolds may miss that; then the pointer is moved away and back, as a person
    would.

    Args:
        page: with the editor.
        name: of the submenu.
    """
    page.locator(MENU_BUTTON).click()
    entry = page.get_by_role("menuitem", name=name).first
    for _ in range(TRIES):
        entry.hover()
        page.wait_for_timeout(UNFOLDED_MS)
        if entry.get_attribute("aria-expanded") == "true":
            return
        page.mouse.move(*AWAY)
    raise AssertionError(f"{name}: its submenu doesn't open")
