"""What must be true of the record after the soak test."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from anime_production.models.production.production_states import (
    LEGAL,
    AttemptState,
    PhaseState,
    ProductionState,
)

from ..integration.job_bench import Jobs
from .load import CANCELLED, FAILS, PLAIN, Sent

JOBS = "SELECT prompt_id, state FROM anime.jobs WHERE source <> 'production'"
UNFINISHED = """
SELECT (SELECT count(*) FROM anime.productions WHERE finished_at IS NULL)
    + (SELECT count(*) FROM anime.jobs WHERE finished_at IS NULL)
"""
PRODUCTIONS = "SELECT id::text, state FROM anime.productions"
PHASES_NOT_PASSED = """
SELECT phases.id::text FROM anime.phases JOIN anime.productions ON productions.id = production_id
WHERE productions.state = 'completed' AND phases.state <> 'passed'
"""
CHOSEN_NOT_ONCE = """
SELECT phases.id::text FROM anime.phases
LEFT JOIN anime.attempts ON phase_id = phases.id AND chosen
WHERE phases.state = 'passed' GROUP BY phases.id HAVING count(attempts.id) <> 1
"""
COUNTED_TWICE = """
SELECT phase_id::text, number FROM anime.attempts
WHERE state NOT IN ('lost', 'superseded', 'cancelled') GROUP BY phase_id, number
HAVING count(*) > 1
"""
OPEN_ATTEMPTS = "SELECT id::text FROM anime.attempts WHERE state = 'running'"
STRAY = """
SELECT jobs.prompt_id FROM anime.jobs LEFT JOIN anime.attempts USING (prompt_id)
WHERE jobs.source = 'production' AND attempts.id IS NULL
"""
WAKE_UPS_LEFT = """
SELECT id FROM anime_queue.procrastinate_jobs WHERE status IN ('todo', 'doing')
"""
CHANGES = """
SELECT attempt_id IS NOT NULL, phase_id IS NOT NULL, from_state, to_state, count(*)
FROM anime.decisions WHERE from_state <> to_state GROUP BY 1, 2, 3, 4
"""
# A job ends once, or is lost and then ends; the same happening is never recorded by two events.
DOUBLED_EVENTS = """
SELECT job_id::text, kind, count(*) FROM anime.job_events
WHERE kind IN ('job_queued', 'job_started', 'job_finished') GROUP BY job_id, kind, at
HAVING count(*) > 1
"""
ENDED_TWICE = """
SELECT job_id::text FROM anime.job_events WHERE kind = 'job_finished'
GROUP BY job_id HAVING count(*) > 1
"""


def wrong_jobs(sent: Mapping[str, Sent], jobs: Jobs) -> list[str]:
    """Return a line for each prompt that isn't exactly one job with the right end."""
    states: dict[str, list[str]] = {}
    for prompt_id, state in jobs.rows(JOBS):
        states.setdefault(prompt_id, []).append(state)
    wrong = []
    for prompt_id, prompt in sent.items():
        ends = states.pop(prompt_id, [])
        if not _is_right(prompt, ends):
            wrong.append(
                f"{prompt_id} ({prompt.kind} on {prompt.machine.name}, accepted"
                f" {prompt.accepted}, ended {prompt.ended!r}, killed {prompt.was_killed},"
                f" cancelled {prompt.cancelled}): jobs {ends}"
            )
    return wrong + [f"{prompt_id}: a job {ends} of no prompt" for prompt_id, ends in states.items()]


def wrong_productions(accepted: Sequence[str], jobs: Jobs) -> list[str]:
    """Return a line for each production that isn't there, hasn't ended, or isn't legal."""
    states = dict(jobs.rows(PRODUCTIONS))
    wrong = [f"{each} isn't recorded" for each in accepted if each not in states]
    wrong += [
        f"{production} is {state}" for production, state in states.items() if state != "completed"
    ]
    for name, query in {
        "phase of a completed production that hasn't passed": PHASES_NOT_PASSED,
        "passed phase without exactly one chosen attempt": CHOSEN_NOT_ONCE,
        "number of a phase that counts twice": COUNTED_TWICE,
        "attempt that still runs": OPEN_ATTEMPTS,
        "job of a production without an attempt": STRAY,
        "wake-up that is left": WAKE_UPS_LEFT,
    }.items():
        wrong += [f"{name}: {row}" for row in jobs.rows(query)]
    return wrong + _illegal_changes(jobs)


def doubled_events(jobs: Jobs) -> list[str]:
    """Return a line for each event that was recorded twice."""
    return [
        f"{name}: {row}"
        for name, query in {"twice": DOUBLED_EVENTS, "ended twice": ENDED_TWICE}.items()
        for row in jobs.rows(query)
    ]


def _is_right(prompt: Sent, ends: Sequence[str]) -> bool:
    if prompt.kind == PLAIN:
        return not ends
    if not ends:
        return not prompt.accepted
    possible = {"completed"}
    if prompt.kind == FAILS:
        possible = {"failed"}
    if prompt.kind == CANCELLED:
        possible = {"cancelled"} if prompt.cancelled else {"cancelled", "completed"}
    if prompt.was_killed and not prompt.ended:
        possible.add("lost")
    is_done = prompt.note is None or prompt.note.exists() or ends[0] != "completed"
    return len(ends) == 1 and ends[0] in possible and is_done


def _illegal_changes(jobs: Jobs) -> list[str]:
    wrong = []
    for of_attempt, of_phase, before, after, count in jobs.rows(CHANGES):
        kind: Any = AttemptState if of_attempt else PhaseState if of_phase else ProductionState
        if before is not None and kind(after) not in LEGAL[kind][kind(before)]:
            wrong.append(f"{kind.__name__} from {before} to {after}, {count} times")
    return wrong


def summary(sent: Mapping[str, Sent]) -> Counter[str]:
    """Return the number of accepted prompts by kind."""
    return Counter(each.kind for each in sent.values() if each.accepted)
