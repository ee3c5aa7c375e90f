from uuid import uuid4

from anime_production.web.server.watching import progress


def test_progress_counts_the_copies_of_a_loop_at_their_nodes():
    graph = {
        "1": {"class_type": "StartLoop", "inputs": {}},
        "2": {"class_type": "A", "inputs": {"x": ["1", 0]}},
        "3": {"class_type": "EndLoop", "inputs": {"output_value": ["2", 0]}},
    }
    needed = progress.nodes_that_run(graph, ["3"], [])
    counter = progress.Progress(uuid4(), needed, [])
    for node in ("1.0.0.0_2", "1.0.0.1_2", "1", "3"):
        counter.count_node(node)
    assert counter.share == 1.0
