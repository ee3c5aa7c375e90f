# mypy: disable-error-code="union-attr"
import pytest

from anime_production.models.jobs.job import new_job
from anime_production.models.jobs.recording.open_jobs import OpenJobs, SecondJob


@pytest.fixture
def jobs() -> OpenJobs:
    return OpenJobs()


def test_a_prompts_second_job_node_is_refused(jobs):
    first = new_job("a prompt")
    assert jobs.name(first) == (first, True)
    with pytest.raises(SecondJob, match="AnimeJob: this prompt has an AnimeJob already"):
        jobs.name(new_job("a prompt"))
    jobs.name(new_job("another"))
    assert jobs.close(first.id) == first
    jobs.name(new_job("a prompt"))  # ComfyUI takes the same id again


def test_the_node_gives_the_queued_job_its_names(jobs):
    queued = new_job("p", "Winter")
    jobs.add(queued)
    jobs.start(queued.id)
    named, new = jobs.name(new_job("p", "Winter", tags="a, b", episode="1"))
    assert new
    assert (named.id, named.tags, named.episode) == (queued.id, ("a", "b"), "1")
    assert jobs.find(queued.id) == jobs.running("p") == named


def test_equal_names_are_nothing_new(jobs):
    queued = new_job("p", "Winter")
    jobs.add(queued)
    jobs.start(queued.id)
    assert jobs.name(new_job("p", "Winter")) == (queued, False)


def test_of_equal_prompt_ids_the_one_that_runs_is_meant(jobs):
    first, second = new_job("p"), new_job("p")
    jobs.add(first)
    jobs.add(second)
    jobs.start(second.id)
    assert jobs.running("p") == second
    assert jobs.close(first.id) == first
    assert jobs.running("p") == second
    assert jobs.close(second.id) == second
    assert jobs.running("p") is None
    assert jobs.close(second.id) is None


def test_outside_a_prompt_every_node_is_a_job(jobs):
    for _ in range(2):
        job = new_job(None)
        assert jobs.name(job) == (job, True)
    assert jobs.find(job.id) is None
