import pytest

from anime_production.models.gating.copies import attempt_prefix, original_of

PROMPT = {"5", "45", "1", "4", "12:7", "a.b", "a_b", "20"}


@pytest.mark.parametrize(
    ("node", "original"),
    [
        ("5", "5"),
        ("20.0.0.0_5", "5"),
        ("20.0.0.12_30.0.0.3_5", "5"),  # a loop within a loop
        ("12.0.0.45", "45"),  # the loop of another pack
        ("12.0.0.Recurse.0.0.45", "45"),
        ("20.0.0.0_5.attempt_2.20.0.0.0_4", "4"),  # a retry within a loop
        ("5.attempt_2.20.0.0.0_4", "4"),  # a loop within a retry
        ("20.0.0.0_12:7", "12:7"),  # a node of a subgraph
        ("20.0.0.0_a.b", "a.b"),
        ("20.0.0.0_a_b", "a_b"),
        ("20.0.0.result", "20.0.0.result"),
        ("gone", "gone"),
        ("gone.5", "gone.5"),
    ],
)
def test_a_copy_leads_to_its_node(node, original):
    assert original_of(node, PROMPT) == original


def test_what_comfyui_says_counts_more_than_the_id():
    # A node that expands numbers its own nodes too, and they are shown at it.
    assert original_of("20.0.0.1", PROMPT, "20") == "20"
    assert original_of("20.0.0.1", PROMPT, "not there") == "1"
    assert original_of("5", PROMPT, "20") == "5"


def test_copies_of_attempts_lead_to_their_nodes_whatever_the_end():
    for end in ("5", "20.0.0.0_5"):
        assert original_of(attempt_prefix(end, 3) + "4", PROMPT) == "4"
