import json

from anime_production.models.jobs.strict_json import strict_json


def test_what_postgresql_refuses_never_gets_into_an_event():
    text = strict_json({"is_changed": [float("nan")], "text": "a\0b\ud800", "odd": {1: object}})
    assert "NaN" not in text
    assert "\\u0000" not in text
    text.encode()
    assert json.loads(text)["is_changed"] == [None]


def test_a_text_that_only_looks_like_a_nul_stays_as_it_is():
    assert json.loads(strict_json({"path": "C:\\u0000"})) == {"path": "C:\\u0000"}
