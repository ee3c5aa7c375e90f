"""Every number, text and nesting that a request can carry has bounds, on every route."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from anime_production.models.production.catalogue import SHIPPED
from anime_production.web.server import routes
from anime_production.web.server.endpoint import Endpoint
from anime_production.web.server.fields import resolved

from .asking import Answered, Desk
from .test_bad_requests import BODIES, PARAMETERS, check, names, path_of

PHASE = json.loads((SHIPPED / "sample_stills.json").read_text(encoding="utf-8"))
# A body that fits, for each route that takes more than optional fields.
GOOD: dict[str, dict[str, Any]] = {
    "/anime/jobs/{id}/review": {"verdict": "approved"},
    **{f"/anime/selection/{each}": {"ids": ["8c1f"]} for each in ("delete", "tags", "export")},
    "/anime/selection/review": {"ids": ["8c1f"], "verdict": "approved"},
    "/anime/tracking": {"tracking": "jobs"},
    "/anime/orchestrate": {"prompt": "a hill", "phases": "sample"},
    "/anime/generate": {"prompt": "a hill", "type": "image", "phase": "sample_stills"},
    "/anime/phases": {**PHASE, "id": "own"},
}
# JSON of values that no field takes.
NUMBERS = [
    "1" + "0" * 400, "-1" + "0" * 400, "9" * 5000, str(2**64 + 1), str(-(2**64) - 1), "1e400",
    "-1e400", "NaN", "Infinity", "1" + "0" * 30,
]  # fmt: skip
LONG = json.dumps("x" * 200_000)
TEXTS = [LONG, r'"a\u0000b"', r'"\ud800"', r'"\udc00\ud800"']
DEPTHS = (500, 5_000, 100_000)
DEEP = ['{"x": ' * depth + "1" + "}" * depth for depth in DEPTHS]
DEEP += ["[" * depth + "]" * depth for depth in DEPTHS]
KEYS = [f"{{{key}: 1}}" for key in (*TEXTS, r'"\u0000"')]
MANY = [json.dumps({f"k{number}": number for number in range(50_000)}), f"[{'1,' * 100_000}1]"]
BAD = [*NUMBERS, *TEXTS, *DEEP, *KEYS, *MANY]
INSIDE = [
    "%s",
    '{"x": %s}',
    '{"sample_stills": {"%%s": %s}}',
    "[%s]",
    '{"1": {"inputs": {"x": %s}}}',
]
BAD_IDS = [
    "%00", "a%00b", "x" * 5000, "9" * 4000, "%ED%A0%80", "..%2F..%2Fconfig", "%2e%2e", "%F0%9F",
    "'--", "00000000-0000-0000-0000-00000000000g", "1e400", "-1", "null", "%20", "a%0Ab",
]  # fmt: skip


def refused(answer: Answered) -> str:
    """The key of a refusal; the sentence is the pack's own."""
    key = check(answer)
    assert answer.json["error"]["message"].endswith((".", "…", "}")), key
    return key


def bodies(endpoint: Endpoint) -> Iterator[bytes]:
    """Bodies that fit, but for one field."""
    assert endpoint.body is not None
    good, schema = GOOD.get(endpoint.path, {}), endpoint.body.model_json_schema()
    for field, field_schema in schema.get("properties", {}).items():
        is_object = resolved(field_schema, schema).get("type") == "object"
        rest = {name: value for name, value in good.items() if name != field}
        start = json.dumps(rest)[:-1] + (", " if rest else "")
        for value in BAD:
            for around in INSIDE if is_object and len(value) < 250_000 else INSIDE[:1]:
                yield f"{start}{json.dumps(field)}: {around % value}}}".encode()


@pytest.mark.parametrize("endpoint", BODIES, ids=names(BODIES))
def test_no_body_carries_a_value_out_of_bounds(desk: Desk, database_url: str, endpoint: Endpoint):
    good = GOOD.get(endpoint.path, {})
    (answer,) = desk.ask((endpoint.method, path_of(endpoint), good))
    assert answer.status not in (400, 413, 500), "the other fields are good"
    path = path_of(endpoint)
    whole = [value.encode() for value in BAD]
    asked = [*whole, *bodies(endpoint)]
    answers = desk.ask(*((endpoint.method, path, body) for body in asked))
    for body, each in zip(asked, answers, strict=True):
        assert each.status in (400, 413), (each.status, body[:300])
        refused(each)


@pytest.mark.parametrize("endpoint", PARAMETERS, ids=names(PARAMETERS))
def test_no_parameter_carries_a_value_out_of_bounds(
    desk: Desk, database_url: str, endpoint: Endpoint
):
    schema = endpoint.parameters.model_json_schema()
    numbers = ["0000000501", "0" * 27 + "5", "05", "9" * 400, "-1", "1e400", "NaN", "0x10", "1_0"]
    texts = ["x" * 5000, "a%00b", "%00"]
    times = [
        "0001-01-01", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00%2B23:59", "99999-01-01",
        "1e400", "2026-13-01", "x" * 1001,
    ]  # fmt: skip
    bad = []
    for name, field in schema["properties"].items():
        kind = resolved(field, schema)
        values = numbers if kind["type"] in ("integer", "boolean") else texts
        values = times if "examples" in kind else values
        bad += [f"{name}={value}" for value in values]
    bad += [f"{'x' * 4000}=1", "&".join(f"k{number}=1" for number in range(1000)), "%00=1"]
    path = path_of(endpoint)
    for query, answer in zip(bad, desk.ask(
        *((endpoint.method, f"{path}?{query}", None) for query in bad)
    ), strict=True):  # fmt: skip
        assert answer.status == 400, (answer.status, query[:100])
        refused(answer)


def test_times_of_every_zone_are_taken(desk: Desk, database_url: str):
    zones = ("%2B23:59", "-23:59", "%2B15:59:59", "Z", "")
    paths = [f"/anime/jobs?from=2026-03-01T00:00:00{zone}" for zone in zones]
    assert [each.status for each in desk.get(*paths)] == [200] * len(paths)


@pytest.mark.parametrize("endpoint", [each for each in routes.ENDPOINTS if "{" in each.path],
                         ids=lambda each: f"{each.method} {each.path}")  # fmt: skip
def test_no_id_in_a_path_breaks_anything(desk: Desk, database_url: str, endpoint: Endpoint):
    path = path_of(endpoint)
    good = GOOD.get(endpoint.path, {}) if endpoint.body else None
    asked = [(endpoint.method, path.replace("nobody", bad), good) for bad in BAD_IDS]
    for (_, bad_path, _), answer in zip(asked, desk.ask(*asked), strict=True):
        assert answer.status == 404, (answer.status, bad_path[:100])
        if answer.kind == "application/json":  # aiohttp answers for a path of no route
            refused(answer)
