"""Whatever a client sends with a prompt, jobs are recorded and read, and files are written."""

import json
from dataclasses import replace
from fractions import Fraction
from typing import Any
from uuid import uuid4

import pytest
import torch
from PIL import Image

from anime_production.models.jobs.job import JobSource, new_job
from anime_production.models.jobs.provenance.files import (
    Destination,
    embedded_facts,
    save_clip,
    save_stills,
)
from anime_production.models.jobs.queries.choose import best_job, latest_job
from anime_production.models.jobs.queries.details import find_id
from anime_production.models.jobs.queries.filters import JobQuery
from anime_production.models.jobs.queries.history import find_job
from anime_production.models.jobs.recording.events import JobQueued
from anime_production.models.jobs.recording.ledger import write
from anime_production.models.media.clip import Clip
from anime_production.models.media.formats import FORMATS

DEEP: Any = json.loads('{"x": ' * 400 + "1" + "}" * 400)
TOO_DEEP: Any = 1
for _ in range(20_000):
    TOO_DEEP = [TOO_DEEP]
GARBAGE: list[Any] = [
    None, True, -1, 0.5, float("inf"), 10**400, "", "x" * 1_000_000, "a\0b", "\ud800", [], [["x"]],
    ["x"] * 1000, {}, {"x": {"y": None}}, {"\0": 1}, {"\ud800": "\ud800"}, {"": ""}, {"é": 1},
    {"x" * 80: 1}, {str(number): number for number in range(1000)}, DEEP, {"workflow": DEEP},
    {"workflow": TOO_DEEP}, {"anime_job": {"id": "x"}, "anime_report": {}, "prompt": {}},
]  # fmt: skip
NODES: list[Any] = [
    {"class_type": "AnimeJob", "inputs": {"project": ["1", 0]}}, {"class_type": 7, "inputs": []},
    {"class_type": "KSampler", "inputs": {"seed": 10**400, "cfg": "x", "model": ["9", 1e400]}},
    {"class_type": "LoraLoader", "inputs": {"lora_name": {"x": 1}, "model": ["0", -1]}},
    {"class_type": "CLIPTextEncode", "inputs": {"text": ["0", "x"]}},
]  # fmt: skip
IDS = ["", "garbage", "x" * 100_000, "a\0b", "\ud800", "{", str(uuid4()), "'; --", "1e400"]


# By their numbers: pytest would write the values out.
@pytest.mark.parametrize("number", range(len(GARBAGE)))
def test_a_file_is_written_with_the_packs_own_facts(tmp_path, number):
    extra = GARBAGE[number]
    job = new_job("p", "Winter")
    facts = embedded_facts(job, None, {"1": extra}, extra)
    to = Destination(tmp_path, tmp_path, "x", 1)
    (still,) = save_stills(Clip(torch.zeros(1, 8, 8, 3), Fraction(12)), to, facts)
    for file_format in FORMATS.values():
        if file_format.write is not None:
            save_clip(Clip(torch.zeros(2, 8, 8, 3), Fraction(12)), file_format, to, facts)
    with Image.open(tmp_path / still.artifact.path) as picture:
        written: Any = picture.text
    assert json.loads(written["anime_job"])["id"] == str(job.id)
    assert "anime_report" not in written, "a client has no report"
    assert written.get("prompt") != "{}"
    assert len(written) < 60


@pytest.mark.parametrize("number", range(len(GARBAGE) - 2))
def test_a_job_with_garbage_in_its_graph_and_workflow_is_recorded(connection, number):
    garbage = GARBAGE[number]
    job = new_job("p", "Winter")
    graph = {"0": garbage, "1": {"class_type": "AnimeJob", "inputs": garbage}}
    graph |= {str(number + 2): node for number, node in enumerate(NODES)}
    workflow = garbage if isinstance(garbage, dict) else {"nodes": garbage}
    assert write(connection, JobQueued(job, graph, workflow))
    record = find_job(connection, str(job.id))
    assert record is not None
    assert record.job.project == "Winter"


@pytest.mark.parametrize("job_id", IDS, ids=range(len(IDS)))
def test_an_id_that_is_none_finds_nothing(connection, job_id):
    assert find_id(connection, job_id) is None
    assert find_job(connection, job_id) is None


@pytest.mark.parametrize("name", IDS, ids=range(len(IDS)))
def test_a_name_that_nothing_has_finds_nothing(connection, name):
    for field in ("project", "shot", "character", "tag", "text", "file", "model"):
        query = JobQuery(**{field: name or "x"})
        assert latest_job(connection, query) is None
        assert best_job(connection, query) is None


def test_a_prompt_under_the_id_of_a_productions_prompt_is_not_taken_for_it(connection):
    own = replace(new_job("p", "Winter"), source=JobSource.PRODUCTION)
    foreign = [new_job("p", "Another") for _ in range(2)]
    for job in (foreign[0], own, foreign[1]):
        assert write(connection, JobQueued(job, {}, None))
    assert find_id(connection, "p") == own.id
