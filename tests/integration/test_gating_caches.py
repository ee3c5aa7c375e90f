"""Gates, merges and bests submitted again, and under each of ComfyUI's caches."""

from pathlib import Path
from typing import Any

import pytest

from anime_production.tools.comfyui import PACK, use_comfyui

from . import test_gating
from .client import ComfyClient, Node, Run
from .conftest import PACK_DIRECTORY, TESTING_NODES
from .retry_prompt import started
from .server import ComfyServer
from .test_gating import ACCEPTED, REJECTED, Pictures
from .test_retry_caches import CACHES


class Acting(Pictures):
    """Four pictures that are gated, ranked, and whose reports are merged."""

    def __init__(self, **gate: Any) -> None:
        super().__init__()
        # What no other test of this server has drawn: nothing is cached before.
        for node in list(self):
            if self[node]["class_type"] == "AnimeSampleClip":
                self[node]["inputs"]["seed"] = 77
        self.blank = self.add("AnimeSampleClip", frames=1, width=96, height=96, seed=78, blur=2.5)
        self.other = self.add("AnimeStillQuality", images=self.blank.out())
        reports = {"reports.report0": self.score.out(), "reports.report1": self.other.out()}
        self.merge = self.add("AnimeReportMerge", rule="any", **reports)
        self.frames = self.gate(level="frame", **gate)
        self.accepted = self.add("PreviewImage", images=self.frames.out(ACCEPTED))
        self.rejected = self.add("PreviewImage", images=self.frames.out(REJECTED))
        self.best = self.add("AnimeBestOf", images=self.images, report=self.score.out(), k=2)
        self.kept = self.add("PreviewImage", images=self.best.out())
        self.ranking = self.shows(self.best.out(3))
        self.blocked = self.add("AnimeGate", report=self.merge.out(), images=self.images)
        self.nothing = self.add("PreviewImage", images=self.blocked.out(ACCEPTED))

    def came_of_it(self, client: ComfyClient, run: Run) -> dict[str, Any]:
        """Everything that a user sees of a run."""
        return {
            "verdict": run.report(self.merge)["verdict"],
            "indices": run.outputs[self.frames]["anime_gate"][0][0]["indices"],
            "table": run.outputs[self.ranking]["text"][0],
            "ranking": run.outputs[self.best]["anime_ranking"][0][0],
            "told": [run.outputs[gate]["anime_gate"] for gate in (self.frames, self.blocked)],
            "pictures": [
                [picture.tolist() for picture in client.pictures(run, side)]
                for side in (self.accepted, self.rejected, self.kept)
            ],
            "blocked": self.nothing not in run.outputs,
        }


def run_again(run: Run) -> set[Node]:
    """The nodes that were executed rather than taken from the cache."""
    return {Node(node) for node in started(run) if not run.cached(node)}


def test_the_same_prompt_again_runs_nothing_and_shows_all_of_it(client: ComfyClient):
    prompt = Acting()
    first, second = client.run(prompt), client.run(prompt)
    assert run_again(first) >= {prompt.score, prompt.frames, prompt.best, prompt.merge}
    # What hangs on a blocked side isn't cached: it is looked at again, and blocked again.
    assert run_again(second) <= {prompt.nothing}
    told = prompt.came_of_it(client, first)
    assert prompt.came_of_it(client, second) == told
    assert (told["verdict"], told["indices"], told["blocked"]) == ("FAIL", [1, 3], True)


def test_another_policy_runs_the_gate_and_what_hangs_on_it_and_no_score(client: ComfyClient):
    client.run(Acting())
    prompt = Acting(thresholds="edge_width = 0.01", on_fail="best")
    run = client.run(prompt)
    again = run_again(run) - {prompt.nothing}
    assert again == {prompt.frames, prompt.accepted, prompt.rejected}


@pytest.mark.slow
@pytest.mark.parametrize("cache", CACHES)
def test_every_cache_gives_the_same(comfyui: Path, tmp_path: Path, cache: str):
    use_comfyui(comfyui)
    packs = {PACK_DIRECTORY: PACK, "testing-nodes": TESTING_NODES}
    environment = {"ANIME_DATABASE_URL": None}
    arguments = ("--cpu", *CACHES[cache])
    with ComfyServer(comfyui, tmp_path, packs, arguments, environment) as server:
        client = ComfyClient(server)
        for test in (
            test_gating.test_each_frame_goes_its_own_way,
            test_gating.test_the_best_of_a_batch_goes_on,
            test_gating.test_reports_are_merged_by_rule_and_gated_as_one,
            test_gating.test_a_gate_that_takes_the_best_may_stand_in_a_retry,
        ):
            test(client)
        for on_fail, goes_on in (("block", 0), ("best", 1), ("pass_through", 4), ("error", None)):
            test_gating.test_where_none_passes_it_goes_as_asked(client, on_fail, goes_on)
        prompt = Acting()
        runs = [client.run(prompt) for _ in range(2)]
        told = [prompt.came_of_it(client, run) for run in runs]
        assert told[0] == told[1]
        assert (told[0]["verdict"], told[0]["indices"]) == ("FAIL", [1, 3])
        assert told[0]["blocked"]
        assert told[0]["ranking"]["kept"] == [1, 3]
        again = run_again(runs[1])
        assert prompt.score in again if cache == "none" else again <= {prompt.nothing}
    server.end_databases()
