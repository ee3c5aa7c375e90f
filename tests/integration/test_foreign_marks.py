"""What a client writes into `extra_data` under our keys changes nothing, in a real ComfyUI."""

from typing import Any

from ..models.jobs.postgres import wait_until
from .client import ComfyClient, Prompt
from .job_bench import JobPrompt, Jobs

MARKS: list[Any] = ["garbage", {"job": "garbage"}, {"job": {"job": 1}}, [["x"]], 10**30]


def foreign(seed: int) -> Prompt:
    """A prompt without a job."""
    prompt = Prompt()
    prompt.add("TestConsumer", value=prompt.add("TestWait", seconds=0.0, seed=seed).out())
    return prompt


def test_a_foreign_mark_keeps_no_job_from_being_cancelled_or_ended(client: ComfyClient, jobs: Jobs):
    blocker = client.submit(JobPrompt(seconds=60.0, seed=401))
    wait_until(lambda: jobs.of_prompt(blocker) == ["in_progress"])
    named = JobPrompt(seed=402)
    text = named.add("PrimitiveString", value="A project over a link")
    named[named.job]["inputs"]["project"] = text.out()
    first, second, third = (client.submit(each) for each in (named, JobPrompt(seed=403), named))
    wait_until(lambda: all(jobs.of_prompt(each) == ["pending"] for each in (first, second, third)))
    ids = {each: str(jobs.column("id", each)) for each in (first, third)}
    stolen = {"job": ids[third], "source": "production"}
    others = [
        client.submit(foreign(410 + number), extra_data={"anime": mark, "anime_production": mark})
        for number, mark in enumerate([*MARKS, stolen])
    ]
    assert client.post(f"/anime/jobs/{ids[first]}/cancel", {})["was"] == "pending"
    listed = client.get("/anime/jobs", project="A project over a link", state="cancelled")["jobs"]
    assert ids[first] in [each["id"] for each in listed], "found under its project"
    client.post("/interrupt", {"prompt_id": blocker})
    wait_until(lambda: all(client.history(each) for each in others))
    ends = [["cancelled"], ["completed"], ["completed"]]
    wait_until(lambda: [jobs.of_prompt(each) for each in (blocker, second, third)] == ends)
    assert [jobs.of_prompt(each) for each in others] == [[]] * len(others)


def test_a_cleared_queue_leaves_no_job_behind_a_foreign_mark(client: ComfyClient, jobs: Jobs):
    blocker = client.submit(JobPrompt(seconds=60.0, seed=421))
    for number, mark in enumerate(MARKS):
        client.submit(foreign(430 + number), extra_data={"anime": mark})
    waiting = [client.submit(JobPrompt(seed=440 + number)) for number in range(3)]
    wait_until(lambda: jobs.of_prompt(blocker) == ["in_progress"])
    client.post("/queue", {"clear": True})
    wait_until(lambda: [jobs.of_prompt(each) for each in waiting] == [["cancelled"]] * 3)
    client.post("/interrupt", {"prompt_id": blocker})
    wait_until(lambda: jobs.of_prompt(blocker) == ["cancelled"])
