"""The trend counts what was judged, and names the jobs that have no verdict."""

import time

from ..integration.job_bench import JobPrompt
from ..models.jobs.postgres import wait_until
from .editor import Editor
from .panel import expect, open_panel
from .studio import Studio

# State and verdict of each job. One that failed, was cancelled or is lost may have measured before.
JOBS = [
    *(("completed", verdict) for verdict in ("PASS", "PASS", "FAIL", "NOT_MEASURED", None)),
    *((state, None) for state in ("failed", "cancelled", "cancelled", "lost")),
]
ALL = (
    "2 passed, 1 failed; 6 not judged: 1 not measured, 1 without a report, 1 failed to run,"
    " 2 cancelled, 1 lost"
)


def test_the_trend_names_the_jobs_that_were_not_judged(any_studio: tuple[Studio, Editor]):
    studio, editor = any_studio
    character = f"Sora {time.time_ns()}"
    prompts = []
    for number in range(len(JOBS) + 1):
        shot = f"trend {number}"
        prompt = JobPrompt(seed=1000 + number, character=character, project="aoi", shot=shot)
        prompts.append(studio.client.submit(prompt))
    wait_until(lambda: studio.jobs.of_prompt(prompts[-1]) == ["completed"], 90)
    change = "UPDATE anime.jobs SET state = %s, verdict = %s, score = %s WHERE prompt_id = %s"
    for prompt_id, (state, verdict) in zip(prompts[1:], JOBS, strict=True):
        score = {"PASS": 90, "FAIL": 30}.get(verdict or "")
        studio.change(change, state, verdict, score, prompt_id)
    (group,) = studio.client.get("/anime/stats", by="character", character=character)["groups"]
    assert group["jobs"] == len(prompts)

    panel = open_panel(editor)
    panel.get_by_role("tab", name="Trend").click()
    row = panel.get_by_role("row").filter(has_text=character)
    counts = ALL.replace("6 not", "7 not").replace("1 without", "2 without")
    counted = panel.locator("tbody").filter(has_text=character).locator(".anime-counts")
    expect(counted).to_have_text(counts)
    expect(row.get_by_role("cell")).to_have_text(["10", "67%", "90"])
    expect(panel.get_by_role("columnheader")).to_have_text(
        ["Character", "Jobs", "Passed, of judged", "Score"]
    )
    expect(panel.get_by_text("Passed, % of judged jobs")).to_be_visible()

    row.get_by_role("button", name=character).click()
    figure = panel.locator("figure")
    sentence = f"jobs: 10. {counts}. Median score: 90."
    expect(figure.locator("p")).to_contain_text(sentence)
    assert sentence in figure.get_by_role("img").get_attribute("aria-label")
    editor.picture("trend")

    # Where all were judged, nothing is named that isn't there.
    studio.change(
        "UPDATE anime.jobs SET state = 'completed', verdict = 'PASS', score = 90"
        " WHERE prompt_id = ANY(%s)",
        prompts,
    )
    panel.get_by_role("tab", name="Jobs").click()
    panel.get_by_role("tab", name="Trend").click()
    expect(counted).to_have_text("10 passed, 0 failed")
