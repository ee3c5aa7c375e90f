import pytest

from anime_production.models.jobs.job import JobState
from anime_production.models.jobs.job_states import FINAL, UNFINISHED, following


@pytest.mark.parametrize("said", JobState)
@pytest.mark.parametrize("final", sorted(FINAL))
def test_nothing_takes_the_place_of_an_end(final, said):
    assert following(final, said) is final


@pytest.mark.parametrize("now", sorted(UNFINISHED))
def test_an_unfinished_job_may_end_in_any_way_or_be_lost(now):
    assert [following(now, end) for end in sorted(FINAL)] == sorted(FINAL)
    assert following(now, JobState.LOST) is JobState.LOST


def test_a_job_begins_once_and_never_waits_again():
    assert following(JobState.PENDING, JobState.IN_PROGRESS) is JobState.IN_PROGRESS
    assert following(JobState.IN_PROGRESS, JobState.PENDING) is JobState.IN_PROGRESS


def test_a_lost_job_comes_back_when_its_process_speaks():
    for said in (JobState.IN_PROGRESS, *FINAL):
        assert following(JobState.LOST, said) is said
    assert following(JobState.LOST, JobState.PENDING) is JobState.LOST
