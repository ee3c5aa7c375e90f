"""The same retry submitted again, and under each of ComfyUI's caches."""

from pathlib import Path

import pytest

from anime_production.tools.comfyui import PACK, use_comfyui

from . import test_retry
from .client import ComfyClient
from .conftest import PACK_DIRECTORY, TESTING_NODES
from .retry_prompt import SECOND_IS_BEST, THIRD_PASSES, Retry, clips_of, started
from .server import ComfyServer
from .tiny_wan import write_tiny_wan

CACHES = {
    "none": ("--cache-none",),
    "classic": ("--cache-classic",),
    "lru": ("--cache-lru", "20"),
    "default": (),
}


def test_a_second_submission_runs_nothing_and_tells_all(client: ComfyClient):
    retry = Retry(THIRD_PASSES, seed=9, attempts=5)
    first, second = client.run(retry.prompt), client.run(retry.prompt)
    assert retry.tried(first) == [(9, "FAIL"), (10, "FAIL"), (11, "FAIL"), (12, "PASS")]
    assert [node for node in started(second) if not second.cached(node)] == []
    assert second.report(retry.end) == first.report(retry.end)
    assert second.outputs[retry.seed] == first.outputs[retry.seed]


@pytest.mark.slow
@pytest.mark.parametrize("cache", CACHES)
def test_every_cache_gives_the_same(comfyui: Path, tmp_path: Path, cache: str):
    use_comfyui(comfyui)
    write_tiny_wan(tmp_path / "models")
    packs = {PACK_DIRECTORY: PACK, "testing-nodes": TESTING_NODES}
    arguments = ("--cpu", *CACHES[cache])
    with ComfyServer(comfyui, tmp_path, packs, arguments) as server:
        client = ComfyClient(server)
        for test in (
            test_retry.test_what_passes_at_once_is_run_once,
            test_retry.test_the_seed_may_come_over_a_link,
            test_retry.test_a_workflow_can_answer_the_reason,
            test_retry.test_one_retry_within_another,
            test_retry.test_where_none_passes_the_best_goes_on,
            test_retry.test_where_none_passes_a_block_stops_the_slots_and_nothing_else,
        ):
            test(client)
        retry = Retry(THIRD_PASSES, attempts=5)
        runs = [client.run(retry.prompt) for _ in range(2)]
        for run in runs:
            assert retry.tried(run) == [(10, "FAIL"), (11, "FAIL"), (12, "PASS")]
            assert retry.chosen(run) == ("12", "3")
        assert len(clips_of(retry, runs[1])) == (3 if cache == "none" else 0)
        # More attempts: a cache that holds on to copies adds the new one only.
        retry = Retry(SECOND_IS_BEST, attempts=3)
        client.run(retry.prompt)
        retry.prompt[retry.end]["inputs"]["attempts"] = 4
        run = client.run(retry.prompt)
        assert retry.chosen(run) == ("11", "4")
        if cache == "classic":
            assert clips_of(retry, run) == [f"{retry.end}.attempt_4.{retry.clip}"]
    server.end_databases()
