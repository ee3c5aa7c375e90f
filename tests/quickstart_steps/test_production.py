"""What is said of a production while it goes on."""

from typing import Any

from anime_production.quickstart_steps.production import lines
from anime_production.quickstart_steps.table import PLAIN


def attempt(number: int, state: str, verdict: str | None = None, score: float | None = None) -> Any:
    why = "loop: PASS" if state == "passed" else "loop: FAIL\n- seam: It jumps.\n- hold: It breaks."
    said = {"number": number, "state": state, "verdict": verdict, "score": score}
    return {**said, "reason": why}


def production(*attempts: Any) -> Any:
    loop = {"name": "Loop", "phase": "sample_loop", "attempt_limit": 3, "attempts": attempts}
    return {"phases": [loop, {**loop, "attempts": ()}]}


def test_each_attempt_is_said_with_its_verdict_and_why_it_failed():
    failed, passed = attempt(1, "failed", "FAIL", 12.34), attempt(2, "passed", "PASS", 80.0)
    assert list(lines(production(failed, passed), PLAIN)) == [
        "  Loop (sample_loop), up to 3 attempts",
        "    attempt 1: x FAIL, score 12.3 of 100. seam: It jumps. hold: It breaks.",
        "    attempt 2: + PASS, score 80 of 100.",
    ]


def test_what_was_said_stays_as_more_is_decided():
    failed, running = attempt(1, "failed", "FAIL", 1.0), attempt(2, "running")
    before = list(lines(production(failed, running), PLAIN))
    after = list(lines(production(failed, attempt(2, "lost"), attempt(2, "passed")), PLAIN))
    assert after[: len(before)] == before
    assert "no score" in after[-1]
