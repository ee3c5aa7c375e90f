"""The list of jobs, paged through to the last of a hundred thousand."""

import statistics
import time
from pathlib import Path

import pytest

from .conftest import PACK_DIRECTORY, open_editor
from .editor import Mode
from .panel import open_panel
from .panel_list import Costs, ListedJobs
from .studio import open_studio

JOBS = 100_000
PIXELS_A_FRAME = 6000
FRAME = 1000 / 60  # milliseconds


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_hundred_thousand_jobs_are_paged_through(browser, comfyui: Path, tmp_path: Path):
    with (
        open_studio(comfyui, tmp_path / "studio", PACK_DIRECTORY, JOBS) as studio,
        open_editor(browser, studio.server, Mode.CLASSIC, tmp_path) as editor,
    ):
        open_panel(editor)
        editor.page.locator(".anime-row").first.wait_for()
        jobs, costs = ListedJobs(editor), Costs(editor)
        begun = time.perf_counter()
        frames = jobs.scroll(JOBS, PIXELS_A_FRAME)
        seconds = time.perf_counter() - begun
        jobs.await_count(JOBS)
        third = len(frames) // 3
        first, last = statistics.median(frames[:third]), statistics.median(frames[-third:])
        long = sum(each > 100 for each in frames)
        print(f"{seconds:.0f} s, {len(frames)} frames, median {first:.1f} then {last:.1f} ms,")
        print(f"over 100 ms: {long}; elements in the page: {costs.held().nodes}")
        assert jobs.names()[-1] == "shot 2"  # the first job of all
        assert editor.page.locator(".anime-row").count() <= 40
        assert last <= first + FRAME
        editor.picture("the-last-of-100000")
        assert editor.errors == []
