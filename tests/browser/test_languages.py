"""The pack in Japanese and Chinese, in the real editor."""

import re
import time
from typing import Any

import pytest

from ..integration.client import ComfyClient
from ..integration.production_bench import await_condition, order
from ..thorough import first_of
from .conftest import in_the_classic_canvas
from .editor import Editor, example, set_values
from .panel import expect, open_panel
from .prompts import loop_prompt, run_job
from .settings import open_menu, open_settings, texts

pytestmark = in_the_classic_canvas
CLIP, LOOP, LOOP_GATE = 1, 5, 8
WIDTH, HEIGHT, SEAM_JUMP = 1, 2, 8
PROJECT, OTHER_CHARACTER = "Fuyu", 2  # than the one that the references show
UNLIKE = {"sample_stills": {"drawn": OTHER_CHARACTER}}
MENU = ("Anime Jobs", "Download weights", "Health of Anime Production")
WORDS = {
    "ja": {
        "group": "アニメ制作",
        "setting": "新しいノードのプロファイル",
        "button": "重みをダウンロード…",
        "jumps": r"つなぎ目が飛びます。そのコマ間の動きはクリップ自身の動きの[\d.]+倍で、"
        r"上限は1.75です。",
        "unlike": "Hanaに見えません",
        "done": "完了",
        "passed": "合格",
        "well": "すべて正常です",
    },
    "zh": {
        "group": "动画制作",
        "setting": "新节点的标准档",
        "button": "下载权重……",
        "jumps": r"接缝跳变：该处的一步为片段自身步幅的 [\d.]+ 倍；上限为 1.75。",
        "unlike": "不像 Hana",
        "done": "已完成",
        "passed": "合格",
        "well": "一切正常",
    },
}


@pytest.mark.parametrize("language", first_of("ja", "zh"))
def test_everything_is_read_in_the_editors_language(
    editor: Editor, client: ComfyClient, language: str
):
    words = WORDS[language]
    the_settings_are(editor, words, language)
    the_menu_is(editor, words["group"], texts(language, "main.json")["menuLabels"])
    the_reason_for_a_fail_is(editor, words["jumps"])
    panel = open_panel(editor)
    a_finished_job_with_its_picture_is(editor, client, panel, words)
    a_production_and_its_job_are(client, panel, words["unlike"])
    panel.get_by_role("tab").nth(2).click()
    expect(panel.get_by_role("table")).to_be_visible()
    panel.get_by_role("tab").nth(0).click()
    panel.locator(".anime-row").first.wait_for()


def the_settings_are(editor: Editor, words: dict[str, str], language: str) -> None:
    page = open_settings(editor, words["group"])
    page.get_by_role("button", name=words["button"]).wait_for()
    shown = page.text_content()
    for each in texts(language, "settings.json").values():
        assert each["name"] in shown
    assert words["setting"] in shown
    categories = texts(language, "main.json")["settingsCategories"]
    assert {each.strip() for each in page.locator(".setting-group h3").all_text_contents()} < set(
        categories.values()
    )
    editor.page.keyboard.press("Escape")


def the_menu_is(editor: Editor, group: str, labels: dict[str, str]) -> None:
    open_menu(editor.page, group)
    for name in MENU:
        editor.page.get_by_role("menuitem", name=labels[name]).wait_for()
    editor.page.keyboard.press("Escape")


def the_reason_for_a_fail_is(editor: Editor, jumps: str) -> None:
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
    assert english_in(gate) == []


def a_finished_job_with_its_picture_is(
    editor: Editor, client: ComfyClient, panel: Any, words: dict[str, str]
) -> None:
    shot = f"judged {time.time_ns()}"
    run_job(client, loop_prompt(shot, jump=0.0))
    row = panel.get_by_role("option").filter(has_text=shot)
    expect(row).to_contain_text(words["done"])
    row.get_by_text(re.compile(rf"✔ {words['passed']} \d+$")).wait_for()
    picture = row.locator("img").element_handle()
    editor.page.wait_for_function("(picture) => picture.naturalWidth > 0", arg=picture)
    panel.locator(".anime-health-line").filter(has_text=words["well"]).click()


def a_production_and_its_job_are(client: ComfyClient, panel: Any, unlike: str) -> None:
    asked = {"phases": ["sample_stills"], "parameters": UNLIKE, "attempts": 1}
    production = order(client, project=PROJECT, prompt="1girl", **asked)
    panel.get_by_role("tab").nth(1).click()
    row = panel.locator(".anime-production").filter(has_text=PROJECT)
    await_condition(client, production, lambda found: found["state"] == "failed")
    row.first.click()
    attempt = panel.locator(".anime-attempt").first
    expect(attempt).to_contain_text(unlike)
    expect(panel.locator(".anime-header .anime-lines:visible")).to_contain_text(unlike)
    panel.locator(".anime-detail:visible summary").last.click()
    assert english_in(panel.locator(".anime-detail:visible").inner_text()) == []
    attempt.get_by_role("button").click()
    detail = panel.locator(".anime-view > .anime-detail")
    detail.locator(".anime-everything summary").first.click()
    article = detail.get_by_role("article").first
    title = article.get_by_role("heading").first.inner_text()  # its node's, which its maker gave
    assert english_in(article.inner_text().replace(title, "")) == []


def english_in(text: str) -> list[str]:
    """What is left of English in a text: two words that begin a line or follow one another."""
    return re.findall(r"[A-Za-z]{2,} [a-z]{2,}[^\n]*", text)
