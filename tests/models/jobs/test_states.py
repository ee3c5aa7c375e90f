import pytest

from anime_production.models.jobs.job import JobState
from anime_production.models.jobs.job_states import FINAL, UNFINISHED, next_state


@pytest.mark.parametrize("reported", JobState)
@pytest.mark.parametrize("final", sorted(FINAL))
def test_nothing_takes_the_place_of_an_end(final, reported):
    assert next_state(final, reported) is final


@pytest.mark.parametrize("current", sorted(UNFINISHED))
def test_an_unfinished_job_may_end_in_any_way_or_be_lost(current):
    assert [next_state(current, end) for end in sorted(FINAL)] == sorted(FINAL)
    assert next_state(current, JobState.LOST) is JobState.LOST


def test_a_job_begins_once_and_never_waits_again():
    assert next_state(JobState.PENDING, JobState.IN_PROGRESS) is JobState.IN_PROGRESS
    assert next_state(JobState.IN_PROGRESS, JobState.PENDING) is JobState.IN_PROGRESS


def test_a_lost_job_comes_back_when_its_process_speaks():
    for reported in (JobState.IN_PROGRESS, *FINAL):
        assert next_state(JobState.LOST, reported) is reported
    assert next_state(JobState.LOST, JobState.PENDING) is JobState.LOST
