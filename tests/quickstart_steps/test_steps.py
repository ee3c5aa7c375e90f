"""Steps are done once, and again when they were not finished."""

import sys
from functools import partial
from pathlib import Path

import pytest

from anime_production.quickstart_steps.steps import Step, StepFailed, do_step, run_command


def test_a_finished_step_is_not_done_again(tmp_path: Path):
    done: list[str] = []
    for key in ("a", "a", "b"):
        do_step(Step("step", "Step", key, work=partial(done.append, key)), tmp_path)
    assert done == ["a", "b"]


def test_an_interrupted_step_is_done_again(tmp_path: Path):
    def interrupted() -> None:
        raise KeyboardInterrupt

    done: list[str] = []
    finished = Step("step", "Step", "key", work=lambda: done.append("done"))
    do_step(finished, tmp_path)
    with pytest.raises(KeyboardInterrupt):
        do_step(Step("step", "Step", "other key", work=interrupted), tmp_path)
    assert do_step(finished, tmp_path)
    assert done == ["done", "done"]


def test_a_step_whose_result_was_deleted_is_done_again(tmp_path: Path):
    result = tmp_path / "result"
    step = Step("step", "Step", "key", work=result.touch, present=result.exists)
    assert do_step(step, tmp_path)
    assert not do_step(step, tmp_path)
    result.unlink()
    assert do_step(step, tmp_path)


def test_a_torn_stamp_counts_as_none(tmp_path: Path):
    (tmp_path / "step.json").write_text('{"key": "ke')
    assert do_step(Step("step", "Step", "key", work=lambda: None), tmp_path)


def test_a_failed_command_shows_its_last_lines_and_what_to_do(tmp_path: Path):
    program = "print(*range(100), sep='\\n'); raise SystemExit(3)"
    with pytest.raises(StepFailed, match=r"Counting failed \(exit status 3\)") as failure:
        run_command(
            [sys.executable, "-c", program],
            "Counting",
            tmp_path / "log.txt",
            remedy=lambda output: "Count again." if "99" in output else "",
        )
    assert failure.value.tail == [str(number) for number in range(80, 100)]
    assert failure.value.remedy == "Count again."
    assert (tmp_path / "log.txt").read_text().splitlines()[0] == "0"
