"""A report's reasons, in the language of the person who reads it."""

import string

import pytest

from anime_production.models.reason_texts import languages, reason_templates, reason_text
from anime_production.models.reasons import REASONS, sentence


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_a_reason_is_told_in_the_language_that_is_asked_for():
    values = {"frames": 3, "least": 4}
    english = reason_text("too_few_frames", values, "en")
    assert english == "3 frames came, at least 4 are needed."
    japanese = reason_text("too_few_frames", values, "ja")
    assert japanese == "3フレーム届きましたが、少なくとも4フレーム必要です。"
    assert reason_text("too_few_frames", values, "zh") == "收到 3 帧，至少需要 4 帧。"


@pytest.mark.parametrize("language", ["ko", "", "..", "../locales/ja", "ja/../zh"])
def test_a_language_that_there_are_no_texts_in_gets_english(language: str):
    values = {"percent": 12}
    assert reason_text("seam_darker", values, language) == sentence("seam_darker", values)


@pytest.mark.parametrize("language", languages())
def test_every_reason_can_be_told(language: str):
    assert set(reason_templates(language)) == set(REASONS)
    for code, template in REASONS.items():
        values = {name: f"<{name}>" for name in placeholders(template)}
        told = reason_text(code, values, language)
        assert [value for value in values.values() if value not in told] == []
        assert "{" not in told


def test_a_reason_that_nobody_knows_is_an_error_as_in_english():
    with pytest.raises(KeyError):
        reason_text("no_such_reason", {}, "ja")
