import json
from typing import Any
from uuid import uuid4

import pytest

from anime_production.models.jobs.job import JobSource
from anime_production.web.server.watching import prompts
from anime_production.web.server.watching.queue_items import read_item

NOBODY = prompts.read_submission({})


def job_of(**inputs: object):
    graph = {"4": {"class_type": "AnimeJob", "inputs": inputs}}
    return prompts.job_of_prompt("p", graph, NOBODY)


def test_impossible_names_are_cut_to_what_can_be_kept():
    assert job_of(project="a\0b" * 300, tags=5).project.startswith("abab")
    assert job_of(shot=["3", 0], character="Hana").character == "Hana"


def test_too_many_tags_cost_the_tags_alone():
    job = job_of(project="Winter", tags=",".join(map(str, range(60))))
    assert (job.project, job.tags) == ("Winter", ())


def test_a_prompt_without_the_node_has_a_nameless_job():
    assert prompts.job_of_prompt("p", {"1": {"class_type": "A"}}, NOBODY).project == ""


def test_a_name_over_a_link_is_read_where_the_graph_shows_its_value():
    graph = {
        "1": {"class_type": "PrimitiveString", "inputs": {"value": "Winter"}},
        "2": {"class_type": "AnimeParameterString", "inputs": {"name": "shot", "value": "012"}},
        "3": {"class_type": "AnimeAnswer", "inputs": {"question": "?"}},
        "4": {
            "class_type": "AnimeJob",
            "inputs": {
                "project": ["1", 0], "shot": ["2", 0], "scene": ["3", 0], "episode": ["4", 0],
                "character": ["9", 0],
            },
        },
    }  # fmt: skip
    job = prompts.job_of_prompt("p", graph, NOBODY)
    assert (job.project, job.shot) == ("Winter", "012")
    assert (job.scene, job.episode, job.character) == ("", "", "")


DEEP: Any = json.loads('{"anime": ' * 400 + "1" + "}" * 400)
GARBAGE: list[Any] = [
    None, True, -1, 0.5, 10**400, "", "garbage", "x" * 1_000_000, "a\0b", "\ud800", [],
    ["x"] * 1000, {}, {"job": None}, {"job": 7}, {"job": ["x"]}, {"job": {"job": "x"}},
    {"job": "garbage"}, {"job": "x" * 1_000_000}, {"job": DEEP},
    {"source": "production", "reproduced_from": DEEP},
    {"nodes": DEEP}, {str(number): number for number in range(10_000)}, DEEP,
]  # fmt: skip


@pytest.mark.parametrize("garbage", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_in_extra_data_is_no_mark_and_no_origin(garbage):
    item = (0, "p", {}, {"anime": garbage, "anime_production": garbage})
    assert prompts.job_id_of(read_item(item).extra_data) is None
    assert prompts.job_id_of(read_item((0, "p", {}, garbage)).extra_data) is None
    submission = prompts.read_submission(
        {"anime": garbage, "extra_pnginfo": garbage, "client_id": garbage}
    )
    assert submission.source is JobSource.API
    assert submission.reproduced_from is None
    assert submission.client_id in (None, "", "garbage")
    workflow = prompts.read_submission({"extra_pnginfo": {"workflow": garbage}}).workflow
    assert workflow is None or isinstance(garbage, dict)


@pytest.mark.parametrize("garbage", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_in_a_graph_costs_the_names_alone(garbage):
    inputs = dict.fromkeys(prompts.FIELDS, garbage)
    for node in (garbage, {"class_type": "AnimeJob", "inputs": garbage}):
        prompts.has_job_node({"1": node})
        prompts.job_of_prompt("p", {"1": node}, NOBODY)
    assert not prompts.has_job_node(garbage)
    assert prompts.job_of_prompt("p", garbage, NOBODY).project == ""
    job = job_of(**inputs)
    assert len(job.project) <= 200


def test_marks_are_left_out_of_a_copy():
    extra_data: dict = {"anime": "y", "anime_production": {}, "kept": 1}
    assert prompts.without_marks(extra_data) == {"kept": 1}
    assert extra_data == {"anime": "y", "anime_production": {}, "kept": 1}
    job = job_of()
    assert prompts.job_id_of({"anime": prompts.mark_of(job.id)}) == job.id


def test_only_the_prompt_that_this_process_queues_has_its_origin():
    own = prompts.OwnPrompt("p", JobSource.PRODUCTION, uuid4())
    with prompts.queueing(own):
        assert prompts.own_prompt("p") == own
        assert prompts.own_prompt("q") is None
    assert prompts.own_prompt("p") is None
    submission = prompts.read_submission({"client_id": "me"}, own)
    assert (submission.source, submission.reproduced_from) == (own.source, own.reproduced_from)
