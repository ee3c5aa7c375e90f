"""The editor's texts: every language says all that English says, and nothing else."""

import importlib
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from anime_production.models.production.policy import measurement_names
from anime_production.models.reasons import OWN
from anime_production.tools.comfyui import PACK, pack_nodes, use_comfyui
from anime_production.tools.english_texts import english
from anime_production.tools.locale_files import FILES, flat, languages, read
from anime_production.web.server.refusals import REFUSALS

MADE = ("main.json", "nodeDefs.json")  # their English is written from nodes and measures
TRANSLATED = ("ja", "zh")

# Names that are the same in every language.
NAMES = {
    *("VAE", "CLIP Vision", "ID", "Latent", "ONNX Runtime", "ComfyUI"),
    *("fps", "CFG", "ControlNet", "LoRA", "API"),
    *("SSIM", "MS-SSIM", "PSNR", "GMSD", "CAMBI", "LPIPS"),
    *("LPIPS（alex）", "LPIPS（squeeze）", "LPIPS（vgg）"),
    *("MIT（DeepGHS）", "MIT（nagadomi）"),
    *("ΔE", "ΔE₀₀", "M³", "dB", "log2", "px"),
}
OF_COMFYUI = {  # its own nodes, as it calls them
    *("CLIPビジョンを読み込む", "加载CLIP视觉"),
    *("画像プレビュー", "预览图像"),
    *("画像を読み込む", "加载图像"),
}
KANA, HAN = re.compile(r"[\u3041-\u30ff]"), re.compile(r"[\u4e00-\u9fff]")
LONG = 16  # characters, from which on Japanese has some kana
PLACEHOLDER = re.compile(r"\{\w*\}")
NUMBER = re.compile(r"\d+(?:\.\d+)?")
QUOTED = re.compile(r"「([^」]+)」|“([^”]+)”")
IN_BRACKETS = re.compile(r"（[^）]*）$")
# What vue-i18n compiles: a name, a description or a category with these would come out garbled.
# Tooltips of nodes and this pack's own texts are shown as they stand.
SYNTAX = re.compile(r"[@{}|]")
# In units of half an em: beside its value, in a node of usual width, a longer name is cut off.
WIDEST_NAME, WIDEST_TITLE = 20, 40


CLIENT = PACK / "web" / "client"
SAID = re.compile(r"""\bwords\(\s*"([^"]+)\"""")
LITERAL = re.compile(r""""([\w.]+)"|`([\w.]+)\$\{[^`]*\}`""")  # a key, or how one begins


@cache
def texts(language: str) -> dict[str, str]:
    """All texts of a language by file and path of keys."""
    return {f"{file}: {path}": text for file in FILES for path, text in _of(language, file)}


def _of(language: str, file: str) -> list[tuple[str, str]]:
    return list(flat(read(language, file)).items())


def pairs(language: str) -> list[tuple[str, str, str]]:
    """Key, English and translation of what both have."""
    other = texts(language)
    return [(key, text, other[key]) for key, text in texts("en").items() if key in other]


def names(text: str, choice: str) -> bool:
    """Whether a text has a choice in it as a word."""
    return bool(re.search(rf"(?<!\w){re.escape(choice)}(?!\w)", text, re.ASCII))


def width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def test_there_are_texts_in_english_and_in_every_language():
    assert set(languages()) == {"en", *TRANSLATED}


@pytest.mark.parametrize("file", MADE)
def test_english_is_what_the_nodes_and_the_reasons_say(comfyui: Path, file: str):
    use_comfyui(comfyui)
    importlib.import_module("comfy_api.latest")
    assert read("en", file) == english()[file], (
        "write it anew, and translate what it names: python quickstart.py generate texts"
    )


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_left_untranslated(language: str):
    assert sorted(texts("en").keys() - texts(language).keys()) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_translated_that_is_no_longer_there(language: str):
    assert sorted(texts(language).keys() - texts("en").keys()) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_placeholders_are_the_same(language: str):
    differing = [
        key
        for key, source, text in pairs(language)
        if sorted(PLACEHOLDER.findall(source)) != sorted(PLACEHOLDER.findall(text))
    ]
    assert differing == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_number_of_the_english_stands_in_the_translation(language: str):
    missing = {
        key: numbers
        for key, source, text in pairs(language)
        if (numbers := set(NUMBER.findall(source)) - set(NUMBER.findall(text)))
    }
    assert missing == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_text_is_a_copy_of_the_english(language: str):
    copies = {
        key: text
        for key, _, text in pairs(language)
        if not (KANA.search(text) or HAN.search(text) or PLACEHOLDER.sub("", text).strip() in NAMES)
        and re.search(r"[^\W\d_]", PLACEHOLDER.sub("", text))  # there is something to translate
    }
    assert copies == {}


def test_japanese_is_japanese_and_chinese_is_chinese():
    without_kana = {
        key: text
        for key, text in texts("ja").items()
        if len(PLACEHOLDER.sub("", text)) >= LONG and not KANA.search(text)
    }
    with_kana = {key: text for key, text in texts("zh").items() if KANA.search(text)}
    assert (without_kana, with_kana) == ({}, {})


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_choice_is_called_in_its_explanation_what_it_is_called_in_its_list(
    comfyui: Path, language: str
):
    """The editor doesn't translate what can be chosen."""
    use_comfyui(comfyui)
    importlib.import_module("comfy_api.latest")
    nodes: list[Any] = pack_nodes()
    unnamed = []
    for schema in (node.GET_SCHEMA() for node in nodes):
        for given in schema.inputs:
            key = f"nodeDefs.json: {schema.node_id}.inputs.{given.id}.tooltip"
            for choice in map(str, given.as_dict().get("options") or ()):
                if names(texts("en")[key], choice) and not names(texts(language)[key], choice):
                    unnamed.append((key, choice))
    assert unnamed == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_node_is_called_elsewhere_what_it_is_called_in_its_title(language: str):
    titles = {
        IN_BRACKETS.sub("", text)
        for key, text in texts(language).items()
        if key.endswith(".display_name")
    }
    called = {
        one or other for text in texts(language).values() for one, other in QUOTED.findall(text)
    }
    buttons = set(texts(language).values())
    assert {each for each in called - titles - buttons - OF_COMFYUI if "{" not in each} == set()


@pytest.mark.parametrize("language", ["en", *TRANSLATED])
def test_what_the_editor_compiles_holds_no_syntax_of_its_compiler(language: str):
    compiled = {
        key: text
        for key, text in texts(language).items()
        if f" {OWN}." not in key
        and not (key.startswith("nodeDefs.json") and key.endswith(".tooltip"))
    }
    assert {key: text for key, text in compiled.items() if SYNTAX.search(text)} == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_names_and_titles_are_short_enough_to_be_seen(language: str):
    widest = {".name": WIDEST_NAME, ".display_name": WIDEST_TITLE}
    too_wide = {
        key: text
        for key, text in texts(language).items()
        for end, most in widest.items()
        if key.startswith("nodeDefs.json") and key.endswith(end) and width(text) > most
    }
    assert too_wide == {}


@pytest.mark.parametrize("language", ["en", *TRANSLATED])
def test_the_sidebar_has_one_name(language: str):
    main = read(language, "main.json")
    name = main["menuLabels"]["Anime Jobs"]
    own = main[OWN]["words"]
    assert [own["panel.title"], own["panel.label"]] == [name, name]
    command = read(language, "commands.json")["AnimeProduction_OpenJobs"]["label"]
    assert all(name in text for text in (own["panel.tooltip"], own["panel.views"], command))


def test_the_pages_call_the_sidebar_by_its_name():
    pages = [PACK / "README.md", *(PACK / "docs").glob("*.md"), *CLIENT.glob("docs/*.md")]
    for page in pages:
        text = " ".join(page.read_text(encoding="utf-8").split())
        for sidebar in re.findall(r"[Ss]idebar \*\*([^*]+)\*\*", text):
            assert sidebar == "Anime Jobs", page


@pytest.mark.parametrize("language", TRANSLATED)
def test_titles_are_told_apart(language: str):
    titles = [text for key, text in texts(language).items() if key.endswith(".display_name")]
    assert len(set(titles)) == len(titles)


def test_everything_that_is_measured_has_a_name_that_people_say():
    assert measurement_names() <= read("en", "main.json")[OWN]["measurements"].keys()


@pytest.mark.parametrize("kind", ["difference", "kept"])
def test_a_text_for_what_a_route_says_has_a_code_that_a_route_gives(kind: str):
    sources = [path.read_text(encoding="utf-8") for path in (PACK / "web/server").rglob("*.py")]
    known = read("en", "main.json")[OWN]["words"]
    codes = [key.partition(".")[2] for key in known if key.startswith(f"{kind}.")]
    assert codes
    assert [each for each in codes if not any(f'"{each}"' in source for source in sources)] == []


def test_every_refusal_in_the_table_is_raised_somewhere():
    sources = [
        path.read_text(encoding="utf-8")
        for path in (PACK / "web/server").rglob("*.py")
        if path.name != "refusals.py"
    ]
    assert [key for key in REFUSALS if not any(f'"{key}"' in each for each in sources)] == []


def client_sources() -> dict[str, str]:
    """What the pack runs in the browser, by file."""
    return {
        path.relative_to(CLIENT).as_posix(): path.read_text(encoding="utf-8")
        for path in CLIENT.rglob("*.js")
        if "vendor" not in path.parts
    }


def test_every_word_that_the_editors_parts_say_is_there():
    known = read("en", "main.json")[OWN]["words"]
    said = {
        (file, key) for file, source in client_sources().items() for key in SAID.findall(source)
    }
    assert len(said) > 100
    assert {(file, key) for file, key in said if key not in known} == set()


def test_no_word_is_there_that_no_part_of_the_editor_says():
    found = [each for source in client_sources().values() for each in LITERAL.findall(source)]
    said = {key for key, _ in found if key}
    beginnings = tuple({start for _, start in found if start})
    known = read("en", "main.json")[OWN]["words"]
    assert [key for key in known if key not in said and not key.startswith(beginnings)] == []
