"""Time that the orchestrator adds to a phase beyond the time of its prompts."""

import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

import torch

from ..models.dependency import require
from ..quickstart_steps.comfyui_client import ComfyClient
from ..quickstart_steps.places import CHECKOUT, PACK_NAME
from .timing import Comparison, print_table

if TYPE_CHECKING:
    from psycopg import Connection

PRODUCTIONS, WARM_UP = 12, 2  # productions of three phases, run one after another
MOST_MEDIAN = 100.0  # limit of the median overhead in ms
ORDER = {
    **{"project": "bench", "prompt": "a girl on a hill", "phases": "sample"},
    **{"width": 128, "height": 128, "frames": 12, "seed": 1},
}
SECONDS = 120.0  # timeout of one production
# A phase can start when the phase before it has ended, and the first one when the order is made.
# The column `whole` is the time from then on.
TIMES = """
SELECT phase_definitions.name,
    extract(epoch FROM phases.finished_at - coalesce(
        lag(phases.finished_at) OVER (PARTITION BY production_id ORDER BY position),
        productions.created_at)) AS whole,
    extract(epoch FROM phases.finished_at - phases.started_at) AS after_claim,
    prompts.seconds
FROM anime.phases
JOIN anime.phase_definitions USING (version)
JOIN anime.productions ON productions.id = phases.production_id
JOIN LATERAL (
    SELECT sum(extract(epoch FROM jobs.finished_at - jobs.started_at)) AS seconds
    FROM anime.attempts JOIN anime.jobs ON jobs.prompt_id = attempts.prompt_id
    WHERE attempts.phase_id = phases.id
) AS prompts ON true
WHERE phases.state = 'passed' AND prompts.seconds IS NOT NULL
ORDER BY productions.created_at, position
"""


@dataclass(frozen=True)
class PhaseTimes:
    """Times of a phase that passed, in ms.

    Attributes:
        phase: id of the phase.
        prompts: time that the prompts of its attempts ran.
        overhead: all other time from the end of the phase before, or the order, to the end of this
            phase.
        after_claim: the part of the overhead after a ComfyUI claimed the phase.
    """

    phase: str
    prompts: float
    overhead: float
    after_claim: float


def phase_times(connection: "Connection") -> list[PhaseTimes]:
    """Return the times of all phases that passed, in their order."""
    return [
        PhaseTimes(
            phase,
            float(prompts) * 1e3,
            float(whole - prompts) * 1e3,
            float(after_claim - prompts) * 1e3,
        )
        for phase, whole, after_claim, prompts in connection.execute(TIMES).fetchall()
    ]


def run() -> None:
    """Run productions one after another on a real ComfyUI, and print the times of their phases."""
    if "COMFYUI_PATH" not in os.environ:
        raise SystemExit("COMFYUI_PATH is not set: run this by `python quickstart.py bench`.")
    # Importing the tests is allowed here: the registry's archive contains neither them nor this.
    from ..tests.integration.server import ComfyServer
    from ..tests.models.jobs.postgres import SystemPostgres, private_folder

    with private_folder("postgres") as folder, tempfile.TemporaryDirectory() as base:
        postgres = SystemPostgres(folder)
        url = postgres.new_database()
        server = ComfyServer(
            Path(os.environ["COMFYUI_PATH"]),
            Path(base),
            {PACK_NAME: CHECKOUT},
            () if torch.cuda.is_available() else ("--cpu",),
            {"ANIME_DATABASE_URL": url},
        )
        try:
            with server:
                for number in range(WARM_UP + PRODUCTIONS):
                    _run_one(ComfyClient(server.address), {**ORDER, "seed": number})
            with require("psycopg").connect(url) as connection:
                times = phase_times(connection)
        finally:
            postgres.stop()
    _print_times(times[WARM_UP * 3 :])


def _run_one(client: ComfyClient, order: dict[str, Any]) -> None:
    path = client.post("/anime/orchestrate", order)["url"]
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        # Frequent or large requests would slow down what is measured.
        time.sleep(0.5)
        state = client.get("/anime/productions", limit=1)["productions"][0]["state"]
        if state == "completed":
            return
        if state in ("failed", "cancelled"):
            break
    raise RuntimeError(f"The production did not complete: {client.get(path)}")


def _print_times(times: list[PhaseTimes]) -> None:
    rows = [*_rows(times), _row("all", times)]
    print_table(("phase", "phases", "overhead", "p90", "after claim", "prompts"), rows)
    within = median(each.overhead for each in times) < MOST_MEDIAN
    print(
        "All times are medians in ms; p90 is the 90th percentile of the overhead. Overhead is the"
        " time from the end of the phase before, or the order, to the end of this phase, without"
        " its prompts. After claim is the part of it after a ComfyUI claimed the phase.\n"
        f"Limit of the median overhead: {MOST_MEDIAN:.0f} ms, {'met' if within else 'NOT MET'}."
    )
    prompts = median(each.prompts for each in times)
    whole = median(each.prompts + each.overhead for each in times)
    Comparison("production/phase", whole, prompts, "ms").print()


def _rows(times: list[PhaseTimes]) -> Iterator[tuple[object, ...]]:
    for name in dict.fromkeys(each.phase for each in times):
        yield _row(name, [each for each in times if each.phase == name])


def _row(name: str, times: list[PhaseTimes]) -> tuple[object, ...]:
    overheads = [each.overhead for each in times]
    return (
        name,
        len(times),
        median(overheads),
        quantiles(overheads, n=10)[-1],
        median(each.after_claim for each in times),
        median(each.prompts for each in times),
    )
