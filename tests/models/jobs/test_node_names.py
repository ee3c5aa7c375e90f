"""The names of a job's nodes, as its maker gave them."""

import pytest

from anime_production.models.jobs.node_names import NodeName, name_of_node

GRAPH = {
    "5": {"class_type": "AnimeLoopScore", "_meta": {"title": "Loop Score (Anime)"}},
    "6": {"class_type": "AnimeLoopScore", "_meta": {"title": "AnimeLoopScore"}},
    "12:5": {"class_type": "AnimeStillQuality", "_meta": {"title": "Still Quality (Anime)"}},
    "13:5": {"class_type": "AnimeStillQuality"},
    "12:7:1": {"class_type": "AnimeClipQuality"},
}
WORKFLOW = {
    "nodes": [
        {"id": 5, "type": "AnimeLoopScore", "title": "Does it loop?"},
        {"id": 6, "type": "AnimeLoopScore"},
        {"id": 12, "type": "outer", "title": "Grade my clip"},
        {"id": 13, "type": "outer"},
    ],
    "definitions": {
        "subgraphs": [
            {"id": "outer", "nodes": [
                {"id": 5, "type": "AnimeStillQuality", "title": "Is each picture clean?"},
                {"id": 7, "type": "inner"},
            ]},
            {"id": "inner", "nodes": [{"id": 1, "type": "AnimeClipQuality", "title": " Motion "}]},
        ]
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("node_id", "title"),
    [("5", "Does it loop?"), ("6", None), ("12:5", "Is each picture clean?"),
     ("13:5", "Is each picture clean?"), ("12:7:1", "Motion")],
)  # fmt: skip
def test_a_node_is_named_as_in_the_workflow_also_within_subgraphs(node_id, title):
    assert name_of_node(GRAPH, WORKFLOW, node_id).title == title


def test_without_a_workflow_the_prompt_has_the_titles():
    assert name_of_node(GRAPH, None, "5") == NodeName("Loop Score (Anime)", "AnimeLoopScore")
    assert name_of_node(GRAPH, None, "6") == NodeName(None, "AnimeLoopScore")
    assert name_of_node(GRAPH, None, "12:5").title == "Still Quality (Anime)"


@pytest.mark.parametrize("value", [None, [], "x", {"5": 3}, {"nodes": 7}, {"nodes": [3, {}]},
                                   {"5": {"_meta": [], "class_type": 4}},
                                   {"definitions": {"subgraphs": "x"}}])  # fmt: skip
def test_whatever_a_client_sent_nothing_breaks(value):
    assert name_of_node(value, value, "5") == NodeName(None, None)
