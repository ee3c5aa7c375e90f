"""The trend shows how a character went day by day, and names the jobs that have no verdict."""

import time

from .editor import Editor
from .panel import expect, open_panel
from .studio import Studio

# State and verdict of each job. One that failed, was cancelled or is lost may have measured before.
JOBS = [
    *(("completed", verdict) for verdict in ("PASS", "PASS", "FAIL", "NOT_MEASURED", None, None)),
    *((state, None) for state in ("failed", "cancelled", "cancelled", "lost")),
]
SCORES = {"PASS": 90, "FAIL": 30}
COUNTS = (
    "2 passed, 1 failed; 7 not judged: 1 not measured, 2 without a report, 1 failed to run,"
    " 2 cancelled, 1 lost"
)
PROJECT = "Production 1"
OF_THE_PROJECT = """
    SELECT jobs.id FROM anime.jobs JOIN anime.projects ON projects.id = project_id
    WHERE projects.name = %s ORDER BY jobs.created_at DESC LIMIT %s
"""


def jobs_of(studio: Studio, character: str) -> list[str]:
    """Give jobs of the studio to a character, as of today, and return their ids."""
    rows = studio.jobs.rows(OF_THE_PROJECT, PROJECT, len(JOBS) + 1)
    another, *jobs = [job for (job,) in rows]
    studio.change("UPDATE anime.jobs SET created_at = now() WHERE id = %s", another)
    studio.change(
        "INSERT INTO anime.characters (project_id, name)"
        " SELECT id, %s FROM anime.projects WHERE name = %s",
        *(character, PROJECT),
    )
    change = (
        "UPDATE anime.jobs SET state = %s, verdict = %s, score = %s, created_at = now(),"
        " character_id = (SELECT id FROM anime.characters WHERE name = %s) WHERE id = %s"
    )
    for job, (state, verdict) in zip(jobs, JOBS, strict=True):
        studio.change(change, state, verdict, SCORES.get(verdict or ""), character, job)
    return jobs


def test_the_trend_compares_draws_and_counts_jobs(studio: Studio, with_panel: Editor):
    character = f"Sora {time.time_ns()}"
    jobs = jobs_of(studio, character)
    panel = open_panel(with_panel)
    panel.get_by_role("tab", name="Trend").click()
    row = panel.get_by_role("row").filter(has_text=character)
    counted = panel.locator("tbody").filter(has_text=character).locator(".anime-counts")
    expect(counted).to_have_text(COUNTS)
    expect(row.get_by_role("cell")).to_have_text(["10", "67%", "90"])
    expect(panel.get_by_role("columnheader")).to_have_text(
        ["Character", "Jobs", "Passed, of judged jobs", "Score"]
    )
    expect(panel.get_by_text("Passed, % of judged jobs")).to_be_visible()

    chosen = row.get_by_role("button", name=character)
    chosen.click()
    expect(chosen).to_have_attribute("aria-pressed", "true")
    chart = panel.get_by_role("img", name=f"Day by day: {character}")
    expect(chart.locator("canvas")).to_have_count(1)
    sentence = f"jobs: 10. {COUNTS}. Median score: 90."
    expect(panel.locator("figure p")).to_contain_text(sentence)
    assert sentence in chart.get_attribute("aria-label")

    # Where all were judged, nothing is named that isn't there.
    studio.change(
        "UPDATE anime.jobs SET state = 'completed', verdict = 'PASS', score = 90"
        " WHERE id = ANY(%s)",
        jobs,
    )
    panel.get_by_role("tab", name="Jobs").click()
    panel.get_by_role("tab", name="Trend").click()
    expect(counted).to_have_text("10 passed, 0 failed")

    panel.get_by_label("Compare").select_option("project")
    expect(panel.get_by_role("button", name=PROJECT, exact=True)).to_be_visible()
