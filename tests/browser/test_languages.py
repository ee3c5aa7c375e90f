"""The pack in Japanese and Chinese, in the real editor."""

import json
import re

import pytest

from ..comfyui import PACK
from ..integration.client import ComfyClient
from ..integration.production_bench import await_that, order
from ..integration.server import ComfyServer
from .editor import Editor, Mode, example, set_values
from .panel import expect, open_panel
from .test_settings import execute

CLIP, LOOP, LOOP_GATE = 1, 5, 8
WIDTH, HEIGHT, SEAM_JUMP = 1, 2, 8
REGISTERED = """() => {
    const pinia = document.querySelector("#vue-app").__vue_app__.config.globalProperties.$pinia;
    const own = ([id]) => id.startsWith("AnimeProduction.");
    const settings = Object.entries(pinia._s.get("setting").settingsById).filter(own);
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


def texts(language: str, file: str) -> dict:
    return json.loads((PACK / "locales" / language / file).read_text(encoding="utf-8"))


@pytest.mark.parametrize("mode", [Mode.CLASSIC], indirect=True)
def test_english_is_what_the_editor_was_given(editor: Editor):
    given = editor.page.evaluate(REGISTERED)
    assert given["settings"] == texts("en", "settings.json")
    assert given["commands"] == texts("en", "commands.json")
    main = texts("en", "main.json")
    assert {each: each for each in given["menu"]} == main["menuLabels"]
    assert {each: each for each in given["categories"]} == main["settingsCategories"]


@pytest.mark.parametrize("mode", [Mode.CLASSIC], indirect=True)
@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("ja", ["アニメ制作", "新しいノードのプロファイル", "重みをダウンロード…"]),
        ("zh", ["动画制作", "新节点的标准档", "下载权重……"]),
    ],
)
def test_settings_menu_and_commands_are_in_the_editors_language(
    editor: Editor, language: str, wanted: list[str]
):
    group, setting, button = wanted
    execute(editor, "Comfy.ShowSettingsDialog")
    page = editor.page.get_by_role("dialog")
    page.get_by_text(group).click()
    page.get_by_role("button", name=button).wait_for()
    shown = page.text_content()
    for each in texts(language, "settings.json").values():
        assert each["name"] in shown
    assert setting in shown
    categories = texts(language, "main.json")["settingsCategories"]
    assert {each.strip() for each in page.locator(".setting-group h3").all_text_contents()} < set(
        categories.values()
    )
    editor.picture(f"settings-{language}")

    editor.page.keyboard.press("Escape")
    editor.page.locator(".comfy-menu-button-wrapper").click()
    editor.page.get_by_role("menuitem", name=group).hover()
    labels = texts(language, "main.json")["menuLabels"]
    for name in ("Anime Jobs", "Download weights", "Health of Anime Production"):
        editor.page.get_by_role("menuitem", name=labels[name]).wait_for()


JUMPS = {
    "ja": r"つなぎ目が飛びます。動きはクリップ自身のコマ間の動きの[\d.]+倍です。",
    "zh": r"接缝跳变：移动为片段自身步幅的 [\d.]+ 倍。",
}

PROJECT, OTHER_CHARACTER = "Fuyu", 2  # than the one that the references show
UNLIKE = {"sample_stills": {"drawn": OTHER_CHARACTER}}
OTHERS = {"ja": "Hanaに見えません", "zh": "不像 Hana"}


@pytest.mark.parametrize(
    ("language", "mode"),
    [("ja", Mode.CLASSIC), pytest.param("zh", Mode.NODES_2, marks=pytest.mark.slow)],
    indirect=["mode"],
)
def test_a_reason_for_a_fail_is_read_in_the_editors_language(
    editor: Editor, editor_server: ComfyServer, language: str
):
    jumps = JUMPS[language]
    workflow = example("check_a_clip")
    set_values(workflow, CLIP, {WIDTH: 160, HEIGHT: 160, SEAM_JUMP: 4.0})
    editor.load(workflow)
    editor.run()
    shown = editor.results(LOOP)
    shown.wait_for()
    assert re.match(r"✘ 不合格", shown.text_content())
    assert re.search(jumps, shown.locator(".anime-measurement").first.text_content())
    gate = editor.results(LOOP_GATE).text_content()
    assert re.search(jumps, gate), "the gate passes the reason on"
    assert "seam jumps" not in gate
    editor.picture(f"verdicts-{language}")
    assert english_in(gate) == []

    panel = open_panel(editor)
    client = ComfyClient(editor_server)
    asked = {"phases": ["sample_stills"], "parameters": UNLIKE, "attempts": 1}
    production = order(client, project=PROJECT, prompt="1girl", **asked)
    panel.get_by_role("tab").nth(1).click()
    row = panel.locator(".anime-production").filter(has_text=PROJECT)
    await_that(client, production, lambda found: found["state"] == "failed")
    editor.picture(f"productions-{language}")
    row.first.click()
    attempt = panel.locator(".anime-attempt").first
    expect(attempt).to_contain_text(OTHERS[language])
    expect(panel.locator(".anime-header .anime-lines:visible")).to_contain_text(OTHERS[language])
    panel.locator(".anime-detail:visible summary").last.click()
    editor.picture(f"production-{language}")
    assert english_in(panel.locator(".anime-detail:visible").inner_text()) == []
    attempt.get_by_role("button").click()
    detail = panel.locator(".anime-view > .anime-detail")
    detail.locator(".anime-everything summary").first.click()
    editor.picture(f"job-{language}")
    told = detail.get_by_role("article").first.inner_text()
    assert english_in(told) == []
    panel.get_by_role("tab").nth(2).click()
    expect(panel.get_by_role("table")).to_be_visible()
    editor.picture(f"trend-{language}")
    panel.get_by_role("tab").nth(0).click()
    panel.locator(".anime-row").first.wait_for()
    editor.picture(f"list-{language}")


def english_in(text: str) -> list[str]:
    """What is left of English in a text: two words that begin a line or follow one another."""
    return re.findall(r"[A-Za-z]{2,} [a-z]{2,}[^\n]*", text)
