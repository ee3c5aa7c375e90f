from collections import namedtuple
from typing import Any

import pytest

from anime_production.web.server.watching.queue_items import read_item, with_extra_data

Named = namedtuple("Named", "number prompt_id prompt extra_data outputs_to_execute sensitive")
PARTS: tuple[Any, ...] = (0, "p", {"4": {}}, {"client_id": "me"}, ["4", 5], {})
ITEMS: dict[str, Any] = {
    "tuple": PARTS,
    "list": list(PARTS),
    "named": Named(*PARTS),
    "dictionary": dict(zip(Named._fields, PARTS, strict=True)),
    "further fields": (*PARTS, "more", 7),
    "five fields": PARTS[:5],
}


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
def test_an_item_of_any_form_is_read_and_gets_an_extra_data_of_its_own(item):
    prompt = read_item(item)
    assert (prompt.prompt_id, prompt.graph) == ("p", {"4": {}})
    assert (prompt.extra_data, prompt.outputs) == ({"client_id": "me"}, ("4", "5"))
    marked = with_extra_data(item, {"anime": 1})
    assert type(marked) is type(item)
    assert len(marked) == len(item)
    assert read_item(marked).extra_data == {"anime": 1}
    assert read_item(marked).graph is prompt.graph
    assert read_item(item).extra_data == {"client_id": "me"}, "another prompt may share it"


def test_an_item_may_lack_outputs_and_extra_data():
    prompt = read_item((0, "p", {}, None))
    assert (prompt.extra_data, prompt.outputs) == ({}, None)


@pytest.mark.parametrize("item", [None, 7, (), (0, "p"), {}, object()])
def test_what_is_no_item_is_refused(item):
    with pytest.raises((LookupError, TypeError)):
        read_item(item)
