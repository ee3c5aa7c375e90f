"""Orders that can't be productions are refused in words, and nothing comes of them."""

import json
import re
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from anime_production.models.production.store import MOST_WAITING

from .asking import Desk, NoWorker
from .test_routes import DOCUMENT, answer_schema

ORCHESTRATE, GENERATE = "/anime/orchestrate", "/anime/generate"
LIST = "/anime/productions"
AWAY = "postgresql://keeper:a-secret-word@127.0.0.1:1/away"
ORDER = {"project": "Winter", "prompt": "a girl on a hill", "phases": "sample", "seed": 7}
NOBODY = "00000000-0000-4000-8000-000000000000"


def rows(desk: Desk, table: str) -> int:
    """How many rows a table has; none where it was never made."""

    def count(connection: Any) -> int:
        if connection.execute("SELECT to_regclass(%s)", (table,)).fetchone() == (None,):
            return 0
        (found,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(found)

    return desk.recorder.database.run(count)


def enqueued(desk: Desk) -> tuple[int, int]:
    """Productions, and what waits in the queue."""
    return rows(desk, "anime.productions"), rows(desk, "anime_queue.procrastinate_jobs")


BAD = [
    (b"not json", 400, "a JSON object"),
    (b"[]", 400, "a JSON object"),
    (b'{"prompt": NaN}', 400, "a JSON object"),
    (b"[" * 200_000, 400, "a JSON object"),
    (b" " * (100 << 20), 413, "too large"),
    ({}, 400, "prompt: expected"),
    ({**ORDER, "speed": 1}, 400, "'speed'"),
    ({**ORDER, "prompt": 7}, 400, "prompt: expected a text"),
    ({**ORDER, "prompt": "x" * 50_000}, 400, "prompt: expected a text of 1 to"),
    ({**ORDER, "prompt": "a\0b"}, 400, "prompt"),
    ({**ORDER, "project": ["Winter"]}, 400, "project: expected a name"),
    ({**ORDER, "project": "two\nlines"}, 400, "project"),
    ({**ORDER, "phases": ["sample_stills", "nothing"]}, 400, "no phase 'nothing'"),
    ({**ORDER, "phases": "nothing"}, 400, "phases"),
    ({**ORDER, "phases": []}, 400, "phases"),
    ({**ORDER, "phases": [["sample_stills"]]}, 400, "phases"),
    ({**ORDER, "phases": ["sample_stills"] * 10_000}, 400, "phases"),
    ({**ORDER, "seed": -1}, 400, "seed: expected a whole number from 0"),
    ({**ORDER, "seed": 10**30}, 400, "seed"),
    ({**ORDER, "seed": "7"}, 400, "seed"),
    ({**ORDER, "seed": True}, 400, "seed"),
    ({**ORDER, "width": 10**9}, 400, "width"),
    ({**ORDER, "width": 4096}, 400, "width: expected a whole number from 64 to 2048"),
    ({**ORDER, "height": 0}, 400, "height"),
    ({**ORDER, "frames": 10**400}, 400, "frames"),
    ({**ORDER, "fps": 1e308}, 400, "fps"),
    ({**ORDER, "fps": "12"}, 400, "fps"),
    ({**ORDER, "attempts": 0}, 400, "attempts"),
    ({**ORDER, "attempts": 1000}, 400, "attempts"),
    ({**ORDER, "parameters": 1}, 400, "parameters"),
    ({**ORDER, "parameters": {"wan22_loop": {}}}, 400, "'wan22_loop'"),
    ({**ORDER, "parameters": {"sample_loop": {"speed": 1}}}, 400, "speed"),
    ({**ORDER, "parameters": {"sample_loop": {"drift": 2}}}, 400, "drift: expected a number"),
]  # fmt: skip
BAD_FOR_ONE = [
    ({"prompt": "a girl"}, "type: expected one of image, loop, clip"),
    ({"prompt": "a girl", "type": "film"}, 'type: expected one of image, loop, clip, got "film"'),
    ({"prompt": "a girl", "type": ["image"]}, "type"),
    ({"prompt": "a girl", "type": "image", "phase": "sample_loop"}, "phase: expected one that"),
    ({"prompt": "a girl", "type": "image", "phase": ["sample_stills"]}, "phase"),
    ({"prompt": "a girl", "type": "image", "phases": ["sample_stills"]}, "'phases'"),
    ({"prompt": "a girl", "type": "loop", "character": "Hana"}, "image: it must be given"),
    (
        {"prompt": "a girl", "type": "image", "phase": "sample_stills", "parameters": [1]},
        "parameters",
    ),
]


def sentence(answer: Any) -> str:
    """What an answer says is wrong, which is one sentence."""
    message: str = answer.json["error"]["message"]
    assert message.endswith(".")
    assert "\n" not in message
    assert len(message) < 1000
    return message


def test_a_bad_order_is_refused_in_a_sentence_and_nothing_is_enqueued(desk, database_url):
    answers = desk.ask(*(("POST", ORCHESTRATE, body) for body, _, _ in BAD))
    for answer, (body, status, words) in zip(answers, BAD, strict=True):
        shown = str(body)[:100]
        assert answer.status == status, shown
        assert words in sentence(answer), shown
    assert enqueued(desk) == (0, 0)


def test_a_refused_order_names_the_phase_and_the_parameter(desk, database_url):
    orders = [
        {**ORDER, "parameters": {"sample_loop": {"drift": 2}}},
        {**ORDER, "phases": ["sample_stills"], "frames": 12},
        {**ORDER, "phases": ["sample_stills", "nothing"]},
    ]
    answers = desk.ask(*(("POST", ORCHESTRATE, body) for body in orders))
    places = [(each.json["phase"], each.json["parameter"]) for each in answers]
    assert places == [("sample_loop", "drift"), ("", "frames"), ("", "")]


def test_a_bad_order_of_one_phase_is_refused_and_nothing_is_enqueued(desk, database_url):
    answers = desk.ask(*(("POST", GENERATE, body) for body, _ in BAD_FOR_ONE))
    for answer, (body, words) in zip(answers, BAD_FOR_ONE, strict=True):
        assert answer.status == 400, body
        assert words in sentence(answer), body
    assert enqueued(desk) == (0, 0)


def test_what_is_missing_is_named_file_by_file_and_nothing_is_enqueued(
    desk, database_url, monkeypatch
):
    loaders = {"UNETLoader": {"unet_name": ["another.safetensors"]}, "VAELoader": {"vae_name": []}}
    context = replace(desk.context(), installed=lambda: lambda name: loaders.get(name, {}))
    monkeypatch.setattr(Desk, "context", lambda self: context)
    real = {"prompt": "a girl", "phases": ["sdxl_stills", "wan22_loop"], "character": "Hana"}
    (answer,) = desk.ask(("POST", ORCHESTRATE, real))
    assert answer.status == 409
    for file in (
        "models/diffusion_models/wan2.2_i2v_high_noise_14B_fp8_scaled.safetensors",
        "models/diffusion_models/wan2.2_i2v_low_noise_14B_fp8_scaled.safetensors",
        "models/vae/wan_2.1_vae.safetensors",
    ):
        assert file in answer.json["error"]["message"]
        assert file in answer.json["missing"]["wan22_loop"]
    assert enqueued(desk) == (0, 0)


def test_where_prompts_are_not_remembered_no_production_is_taken(desk, database_url, monkeypatch):
    context = replace(desk.context(), productions=lambda: NoWorker(are_tracked=False))
    monkeypatch.setattr(Desk, "context", lambda self: context)
    (answer,) = desk.ask(("POST", ORCHESTRATE, ORDER))
    assert answer.status == 409
    assert "ANIME_TRACKING" in sentence(answer)
    assert enqueued(desk) == (0, 0)


def test_an_order_while_the_database_is_away_is_503_and_tells_no_secret(desk, monkeypatch):
    monkeypatch.setenv("ANIME_DATABASE_URL", AWAY)
    for answer in desk.ask(
        ("POST", ORCHESTRATE, ORDER), ("GET", LIST, None), ("GET", f"{LIST}/{NOBODY}", None),
        ("POST", f"{LIST}/{NOBODY}/cancel", {}),
    ):  # fmt: skip
        assert answer.status == 503
        assert answer.json["error"]["code"] == "database_away"
        assert "a-secret-word" not in json.dumps(answer.json)


def test_an_order_is_accepted_at_once_and_can_be_looked_at(desk, database_url):
    (ordered,) = desk.ask(("POST", ORCHESTRATE, ORDER))
    assert ordered.status == 202
    assert ordered.json["state"] == "queued"
    assert ordered.json["url"] == f"{LIST}/{ordered.json['id']}"
    one, page, others = desk.get(ordered.json["url"], f"{LIST}?project=Winter", f"{LIST}?project=X")
    assert (one.json["id"], one.json["project"]) == (ordered.json["id"], "Winter")
    assert [each["phase"] for each in one.json["phases"]] == [
        "sample_stills", "sample_loop", "sample_clip",
    ]  # fmt: skip
    assert [each["id"] for each in page.json["productions"]] == [ordered.json["id"]]
    assert others.json == {"productions": [], "next": None}
    assert enqueued(desk) == (1, 1), "the second phase is queued when the first has passed"


def test_the_orders_on_the_page_of_productions_are_taken(desk, database_url, checkout):
    text = (checkout / "docs" / "productions.md").read_text(encoding="utf-8")
    orders = re.findall(
        r"(/anime/(?:orchestrate|generate)) -H 'Content-Type: application/json' -d '([^']+)'", text
    )
    assert len(orders) == 3
    answers = desk.ask(*(("POST", path, json.loads(body)) for path, body in orders))
    assert [answer.status for answer in answers] == [202] * 3, [each.json for each in answers]


def test_a_project_can_have_only_so_many_that_wait(desk, database_url):
    orders = [("POST", ORCHESTRATE, {**ORDER, "seed": seed}) for seed in range(MOST_WAITING + 1)]
    *taken, refused, other = desk.ask(*orders, ("POST", ORCHESTRATE, {**ORDER, "project": "X"}))
    assert {each.status for each in taken} == {202}
    assert refused.status == 429
    assert f"at most {MOST_WAITING}" in sentence(refused)
    assert other.status == 202
    assert enqueued(desk) == (MOST_WAITING + 1, MOST_WAITING + 1)


def test_one_phase_can_be_ordered_by_what_it_makes(desk, database_url):
    sample = {"prompt": "a girl", "type": "loop", "phase": "sample_loop"}
    ordered, usual = desk.ask(
        ("POST", GENERATE, {**sample, "parameters": {"drift": 0.5}}),
        ("POST", GENERATE, {"prompt": "a girl", "type": "image", "character": "Hana"}),
    )
    assert (ordered.status, usual.status) == (202, 202)
    first, second = desk.get(ordered.json["url"], usual.json["url"])
    assert [each["phase"] for each in first.json["phases"]] == ["sample_loop"]
    assert first.json["request"]["parameters"] == {"sample_loop": {"drift": 0.5}}
    assert [each["phase"] for each in second.json["phases"]] == ["sdxl_stills"]


def test_answers_are_as_described(desk, database_url):
    (ordered,) = desk.ask(("POST", ORCHESTRATE, ORDER))
    url = ordered.json["url"]
    asked = [("POST", ORCHESTRATE, ORDER), ("GET", LIST, None), ("GET", url, None),
             ("POST", ORCHESTRATE, {}), ("POST", f"{url}/resume", {}), ("GET", f"{LIST}/x", None),
             ("POST", f"{url}/cancel", {"who": "Aoi"})]  # fmt: skip
    document, *answers = desk.ask(("GET", DOCUMENT, None), *asked)
    for answer, (method, path, _) in zip(answers, asked, strict=True):
        schema = answer_schema(document.json, method.lower(), path, answer.status)
        jsonschema.validate(answer.json, schema)


def test_the_list_goes_on_where_the_page_before_ended(desk, database_url):
    orders = desk.ask(*(("POST", ORCHESTRATE, {**ORDER, "seed": seed}) for seed in range(5)))
    newest_first = [each.json["id"] for each in reversed(orders)]
    found, cursor = [], ""
    for expected in (2, 2, 1):
        (page,) = desk.get(f"{LIST}?limit=2&cursor={cursor}")
        assert len(page.json["productions"]) == expected
        found += [each["id"] for each in page.json["productions"]]
        cursor = page.json["next"]
    assert found == newest_first
    assert cursor is None


def test_what_a_person_does_is_kept_with_name_and_reason(desk, database_url):
    (ordered,) = desk.ask(("POST", ORCHESTRATE, ORDER))
    url = ordered.json["url"]
    cancelled, again, approved, resumed, one = desk.ask(
        ("POST", f"{url}/cancel", {"who": "Aoi", "reason": "the wrong girl"}),
        ("POST", f"{url}/cancel", {"who": "Aoi"}),
        ("POST", f"{url}/approve", {"who": "Aoi"}),
        ("POST", f"{url}/resume", {"who": "Ben"}),
        ("GET", url, None),
    )
    assert (cancelled.status, cancelled.json["state"]) == (200, "cancelled")
    assert (again.status, approved.status) == (409, 409)
    assert "cancelled" in sentence(approved)
    assert resumed.status == 200, resumed.json
    assert resumed.json["state"] == "queued"
    decided = [(each["decided_by"], each["reason"]) for each in one.json["decisions"]]
    assert ("Aoi", "Aoi cancelled the production: the wrong girl") in decided
    assert "Ben" in {who for who, _ in decided}


@pytest.mark.parametrize("action", ["cancel", "resume", "approve", "reject"])
def test_an_action_that_cannot_be_understood_changes_nothing(desk, database_url, action):
    (ordered,) = desk.ask(("POST", ORCHESTRATE, ORDER))
    path = f"{ordered.json['url']}/{action}"
    answers = desk.ask(
        ("POST", path, {"who": 7}), ("POST", path, {"reason": "x" * 5000}),
        ("POST", path, {"when": "now"}), ("POST", path, {"who": "two\nlines"}),
    )  # fmt: skip
    assert [each.status for each in answers] == [400] * 4
    for answer in answers:
        sentence(answer)
    for wanted in (NOBODY, "nobody"):
        (unknown,) = desk.ask(("POST", f"{LIST}/{wanted}/{action}", {}))
        assert unknown.status == 404
        assert wanted in sentence(unknown)
    (one,) = desk.get(ordered.json["url"])
    assert one.json["state"] == "queued"


@pytest.mark.parametrize(
    ("query", "words"),
    [("state=done", "one of queued, running"), ("cursor=abc", "cursor"), ("limit=0", "from 1")],
)
def test_a_parameter_of_the_list_that_cannot_be_used_is_named(desk, database_url, query, words):
    (answer,) = desk.get(f"{LIST}?{query}")
    assert answer.status == 400
    assert words in sentence(answer)
