"""Whatever a request holds, a refusal is the pack's own: one sentence, in every language."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from anime_production.models.production.definition import FIELDS
from anime_production.models.reasons import OWN, filled, placeholders
from anime_production.tools.locale_files import languages, read
from anime_production.web.server import routes
from anime_production.web.server.bodies import DefinitionBody
from anime_production.web.server.endpoint import Endpoint
from anime_production.web.server.fields import expectation, resolved
from anime_production.web.server.refusals import REFUSALS

from .asking import Answered, Desk

BODIES = [each for each in routes.ENDPOINTS if each.body is not None]
PARAMETERS = [each for each in routes.ENDPOINTS if each.parameters.model_fields]
# One that fits, for each field that a body can't do without.
NEEDED = {
    "verdict": "approved", "tracking": "all", "prompt": "a hill", "type": "image", "id": "own",
    "kind": "loop", "name": "Own", "ids": ["8c1f"],
}  # fmt: skip
DEEP: Any = json.loads('{"x": {"y": ' * 450 + "1" + "}}" * 450)
ODD: list[Any] = [
    None, True, -1, 0.5, 10**30, 10**400, 1e308, "", "x" * 30_000, "a\0b", "\ud800", "two\nlines",
    [], [[]], ["x" * 200], [None] * 100, {}, {"x": {"y": None}}, {"": [1]}, {"x": "\ud800"},
    DEEP, {"sample_loop": DEEP},
]  # fmt: skip
NO_OBJECTS = [
    b"{", b"not json", b"null", b"3", b'"text"', b"[]", b"[" * 100_000, b'{"a": NaN}',
    b'{"a": Infinity}', b"\xff\xfe", b'{"a": ' + b"9" * 5000 + b"}",
]  # fmt: skip
# What pydantic itself would say begins or goes on like this.
PYDANTIC = (
    "validation error", "Input should be", "Field required", "Extra inputs", "valid string",
    "pydantic", "Value error", "should have at", "type=",
)  # fmt: skip


def names(endpoints: list[Endpoint]) -> list[str]:
    return [f"{each.method} {each.path}" for each in endpoints]


def path_of(endpoint: Endpoint) -> str:
    return endpoint.path.replace("{id}", "nobody").replace("{name}", "nobody")


def bad_values(schema: dict[str, Any], whole: dict[str, Any]) -> Iterator[Any]:
    """Values beside a field's type, beyond its bounds, and of its type but no good."""
    yield from ODD
    field = resolved(schema, whole)
    for bound, step in (("maximum", 1), ("minimum", -1)):
        if bound in field:
            yield field[bound] + step
    if "maxLength" in field:
        yield "x" * (field["maxLength"] + 1)


def check(answer: Answered) -> str:
    """Return the key of a refusal; its sentence is the table's, and no other's."""
    error = answer.json["error"]
    key, values, message = error["message_key"], error["message_values"], error["message"]
    kind = REFUSALS[key]
    assert answer.status == kind.status, message
    assert "\n" not in message
    assert len(message) < 1000
    assert not any(each in message for each in PYDANTIC), message
    for language in languages():
        template = read(language, "main.json")[OWN]["refusals"][key]
        text = filled(template, values)
        assert text == message if language == "en" else text != message
    return str(key)


@pytest.mark.parametrize("endpoint", BODIES, ids=names(BODIES))
def test_a_body_that_does_not_fit_is_refused_in_the_packs_own_words(
    desk: Desk, database_url: str, endpoint: Endpoint
):
    assert endpoint.body is not None
    whole = endpoint.body.model_json_schema()
    fields = whole.get("properties", {})
    good = {name: NEEDED[name] for name in whole.get("required", ())}
    bad: list[Any] = [*NO_OBJECTS, b" " * (2 << 20), {**good, "speed": 1}, {**good, "": None}]
    bad += [{n: v for n, v in good.items() if n != name} for name in good]
    bad += [
        {**good, name: value}
        for name, schema in fields.items()
        for value in bad_values(schema, whole)
    ]
    answers = desk.ask(*((endpoint.method, path_of(endpoint), body) for body in bad))
    keys = [check(each) for each in answers if each.status >= 400]
    expected = ["bad_body"] * len(NO_OBJECTS) + ["too_large"] + ["unknown_field"] * 2
    assert keys[: len(expected)] == expected
    for body, answer in zip(bad, answers, strict=True):
        assert answer.status < 500, str(body)[:100]
    own = {"bad_definition", "bad_request", "bad_field", "bad_body", "unknown_field"}
    codes = {each.json["error"]["code"] for each in answers[len(expected) :] if each.status == 400}
    assert codes <= own | {"unknown_phase"}


@pytest.mark.parametrize("endpoint", PARAMETERS, ids=names(PARAMETERS))
def test_a_parameter_that_does_not_fit_is_refused_in_the_packs_own_words(
    desk: Desk, database_url: str, endpoint: Endpoint
):
    path, whole = path_of(endpoint), endpoint.parameters.model_json_schema()
    texts = ["x" * 1001, "-1", "1.5", "1e3", "²", "9" * 50, "None", "%00", "[]", "yes", "1"]
    paths = [f"{path}?strange=1", *(f"{path}?{each}=1&{each}=2" for each in whole["properties"])]
    paths += [f"{path}?{name}={text}" for name in whole["properties"] for text in texts]
    answers = desk.ask(*((endpoint.method, each, None) for each in paths))
    keys = [check(each) for each in answers if each.status >= 400]
    assert keys[0] == "unknown_parameter"
    assert keys[1 : 1 + len(whole["properties"])] == ["repeated_parameter"] * len(
        whole["properties"]
    )
    codes = {each.json["error"]["code"] for each in answers if each.status == 400}
    assert codes == {"unknown_parameter", "bad_parameter"}
    assert [path for path, each in zip(paths, answers, strict=True) if each.status >= 500] == []


@pytest.mark.parametrize("endpoint", BODIES, ids=names(BODIES))
def test_of_a_million_faults_in_a_field_only_a_few_are_looked_at(endpoint: Endpoint):
    assert endpoint.body is not None
    for name in endpoint.body.model_fields:
        many: list[Any] = [[[]] * 10_000, {str(number): [] for number in range(10_000)}]
        for faults in many:
            with pytest.raises(ValidationError) as caught:
                endpoint.body.model_validate({name: faults})
            assert caught.value.error_count() < 20


def test_every_field_has_bounds_that_a_refusal_can_name():
    models = {model for each in routes.ENDPOINTS for model in (each.body, each.parameters) if model}
    for model in models:
        whole = model.model_json_schema()
        for field in whole.get("properties", {}).values():
            key, values = expectation(resolved(field, whole))
            named = placeholders(REFUSALS[key].template)
            assert named == {"field", "got", *values}


def test_the_body_of_a_phase_has_the_fields_of_a_definition():
    assert set(DefinitionBody.model_fields) == {*FIELDS, "replace"}


def test_a_refusal_keeps_its_code_whatever_the_sentence(desk: Desk, database_url: str):
    asked = [
        ("POST", "/anime/jobs/x/review", {"verdict": 1}),
        ("POST", "/anime/orchestrate", {"prompt": 1}),
        ("POST", "/anime/generate", {"prompt": "x", "type": "film"}),
        ("POST", "/anime/generate", {"prompt": "x", "type": "loop", "phase": 3}),
        ("POST", "/anime/phases", {"speed": 1}),
        ("POST", "/anime/weights/x/fetch", b"{"),
        ("POST", "/anime/weights/x/fetch", {"speed": 1}),
        ("POST", "/anime/orchestrate", b"{"),
        ("POST", "/anime/orchestrate", {"speed": 1}),
    ]
    codes = [each.json["error"]["code"] for each in desk.ask(*asked)]
    assert codes == [
        "bad_field", "bad_request", "bad_field", "unknown_phase", "bad_definition", "bad_request",
        "bad_request", "bad_body", "unknown_field",
    ]  # fmt: skip
