"""Every way in which a prompt can end is in the database, told by a real ComfyUI."""

import time
from uuid import uuid4

import pytest

from ..models.jobs.postgres import wait_until
from .client import ComfyClient, Prompt, RequestRefused
from .job_bench import JobPrompt, Jobs


def test_a_job_is_pending_then_runs_then_is_completed(client: ComfyClient, jobs: Jobs):
    blocker = client.submit(JobPrompt(seconds=60.0, seed=1))
    prompt_id = client.submit(JobPrompt(seed=2, project="Winter", episode="7", shot="012"))
    wait_until(lambda: jobs.of_prompt(prompt_id) == ["pending"])
    wait_until(lambda: jobs.of_prompt(blocker) == ["in_progress"])
    client.post("/interrupt", {"prompt_id": blocker})
    wait_until(lambda: jobs.of_prompt(prompt_id) == ["completed"])
    assert jobs.events(prompt_id) == ["job_queued", "job_started", "job_finished"]
    query = """
        SELECT projects.name, episode, shot, source, client_id, progress, graph IS NOT NULL
        FROM anime.jobs JOIN anime.projects ON projects.id = project_id
        JOIN anime.shots ON shots.id = shot_id WHERE prompt_id = %s
    """
    assert jobs.rows(query, prompt_id) == [("Winter", "7", "012", "api", None, 1.0, True)]


def test_the_editor_is_told_from_a_script(client: ComfyClient, jobs: Jobs):
    extra = {"extra_pnginfo": {"workflow": {"nodes": [], "version": 0.4}}}
    run = client.run(JobPrompt(seed=3), extra_data=extra)
    wait_until(lambda: jobs.of_prompt(run.prompt_id) == ["completed"])
    assert jobs.column("source", run.prompt_id) == "editor"
    assert jobs.column("workflow", run.prompt_id) == extra["extra_pnginfo"]["workflow"]
    assert jobs.column("client_id", run.prompt_id)


def test_a_prompt_that_is_not_valid_is_a_failed_job(client: ComfyClient, jobs: Jobs):
    prompt = JobPrompt(seed=4, project="Winter")
    prompt[prompt.job]["inputs"]["scene"] = ["no such node", 0]
    prompt[prompt.shown]["inputs"] = {}
    prompt_id = str(uuid4())
    with pytest.raises(RequestRefused) as refusal:
        client.submit(prompt, prompt_id=prompt_id, client_id="me")
    assert refusal.value.status == 400
    wait_until(lambda: jobs.of_prompt(prompt_id) == ["failed"])
    assert "TestConsumer (3): Required input is missing: value" in jobs.column(
        "error_message", prompt_id
    )
    assert jobs.column("client_id", prompt_id) == "me"
    assert jobs.column("started_at", prompt_id) is None


def test_an_error_and_an_interrupt_are_told_apart(client: ComfyClient, jobs: Jobs):
    failed = client.submit(JobPrompt(seed=5, fails=True))
    interrupted = client.submit(JobPrompt(seed=6, seconds=60.0))
    wait_until(lambda: jobs.of_prompt(failed) == ["failed"])
    assert jobs.column("error_message", failed) == "as it was told"
    assert jobs.column("error_node_type", failed) == "TestWait"
    wait_until(lambda: jobs.of_prompt(interrupted) == ["in_progress"])
    client.post("/interrupt", {"prompt_id": interrupted})
    wait_until(lambda: jobs.of_prompt(interrupted) == ["cancelled"])
    assert jobs.column("started_at", interrupted) is not None


def test_pending_prompts_that_are_deleted_or_cleared_are_cancelled(client: ComfyClient, jobs: Jobs):
    runs = client.submit(JobPrompt(seed=7, seconds=60.0))
    waiting = [client.submit(JobPrompt(seed=8 + number)) for number in range(3)]
    client.post("/queue", {"delete": [waiting[1]]})
    wait_until(lambda: jobs.of_prompt(waiting[1]) == ["cancelled"])
    assert jobs.of_prompt(waiting[0]) == jobs.of_prompt(waiting[2]) == ["pending"]
    client.post("/queue", {"clear": True})
    wait_until(lambda: [jobs.of_prompt(each) for each in waiting] == [["cancelled"]] * 3)
    assert jobs.of_prompt(runs) == ["in_progress"]
    client.post(f"/api/jobs/{runs}/cancel", {})
    wait_until(lambda: jobs.of_prompt(runs) == ["cancelled"])


def test_the_same_prompt_id_twice_is_two_jobs(client: ComfyClient, jobs: Jobs):
    prompt_id = str(uuid4())
    client.submit(JobPrompt(seed=11), prompt_id=prompt_id)
    client.submit(JobPrompt(seed=12, fails=True), prompt_id=prompt_id)
    wait_until(lambda: sorted(jobs.of_prompt(prompt_id)) == ["completed", "failed"])


def test_two_job_nodes_are_refused_in_words(client: ComfyClient, jobs: Jobs):
    prompt = JobPrompt(seed=13)
    prompt.add("AnimeJob", project="another")
    run = client.run_without_client(prompt, expect_success=False)
    assert run.error is not None
    assert "this prompt has an AnimeJob already" in run.error["exception_message"]
    wait_until(lambda: jobs.of_prompt(run.prompt_id) == ["failed"])


def test_a_prompt_without_a_job_is_not_remembered(client: ComfyClient, jobs: Jobs):
    prompt = Prompt()
    prompt.add("TestConsumer", value=prompt.add("TestWait", seconds=0.0, seed=14).out())
    run = client.run_without_client(prompt)
    client.run_without_client(JobPrompt(seed=15))
    assert jobs.of_prompt(run.prompt_id) == []


def test_reports_are_the_jobs_also_where_nothing_saves_them(client: ComfyClient, jobs: Jobs):
    prompt = Prompt()
    prompt.add("AnimeJob", project="Winter")
    clip = prompt.add("AnimeSampleClip", width=96, height=96, seed=5)
    score = prompt.add("AnimeLoopScore", images=clip.out(), fps=12.0)
    run = client.run_without_client(prompt)
    wait_until(lambda: jobs.of_prompt(run.prompt_id) == ["completed"])
    assert jobs.column("verdict", run.prompt_id) == run.report(score)["verdict"] == "PASS"
    query = """
        SELECT count(*) FROM anime.measurements JOIN anime.reports ON reports.id = report_id
        JOIN anime.jobs ON jobs.id = job_id WHERE prompt_id = %s
    """
    assert jobs.rows(query, run.prompt_id)[0][0] > 3


def test_every_browser_hears_of_every_change(client: ComfyClient, jobs: Jobs):
    prompt = JobPrompt(seed=16, seconds=1.2)
    with client.listen() as somebody_else:
        prompt_id = client.submit(prompt)

        def ended(message: dict) -> bool:
            return message["type"] == "anime.job" and message["data"]["state"] == "completed"

        somebody_else.until(ended, 30)
        heard = [each["data"] for each in somebody_else.messages if each["type"] == "anime.job"]
    assert {each["prompt_id"] for each in heard} == {prompt_id}
    assert len({each["id"] for each in heard}) == 1
    states = [each["state"] for each in heard]
    assert states[:2] == ["pending", "in_progress"]
    shares = [each["progress"] for each in heard]
    assert shares == sorted(shares)
    assert any(0 < share < 1 for share in shares)
    query = "SELECT count(*) FROM anime.job_events WHERE kind = 'job_progressed'"
    assert jobs.rows(query) == [(0,)], "progress is kept with the job alone"


def test_the_job_is_on_the_disk_before_anybody_hears_of_its_end(client: ComfyClient, jobs: Jobs):
    run = client.run_without_client(JobPrompt(seed=17))
    assert client.get(f"/anime/jobs/{run.prompt_id}")["job"]["state"] == "completed"


@pytest.mark.parametrize("breaks", ["listener", "recorder"])
def test_comfyui_survives_an_exception_in_every_hook(client: ComfyClient, jobs: Jobs, breaks: str):
    def switch(to: str) -> None:
        prompt = Prompt()
        prompt.add("TestBreakHooks", breaks=to, seed=time.monotonic_ns() % 2**32)
        client.run_without_client(prompt)

    client.run_without_client(JobPrompt(seed=18))  # so that there is a recorder to break
    try:
        switch(breaks)
        without_job = Prompt()
        without_job.add("TestConsumer", value=without_job.add("TestNumber", number="1").out())
        assert client.run_without_client(without_job).succeeded
        if breaks == "listener":  # the recorder's errors come up in the AnimeJob node
            assert client.run_without_client(JobPrompt(seed=19)).succeeded
        with pytest.raises(RequestRefused):
            client.submit({"1": {"class_type": "AnimeJob", "inputs": {"project": ["2", 0]}}})
        runs = client.submit(JobPrompt(seed=20, seconds=60.0))
        for _ in range(2):
            client.submit(JobPrompt(seed=21))
        client.post("/queue", {"clear": True})
        client.post("/interrupt", {"prompt_id": runs})
        wait_until(lambda: client.get("/prompt")["exec_info"]["queue_remaining"] == 0)
    finally:
        switch("nothing")
    run = client.run_without_client(JobPrompt(seed=22))
    wait_until(lambda: jobs.of_prompt(run.prompt_id) == ["completed"])
    said = client.server.log.read_text(errors="replace")
    assert "could not be recorded (done: RuntimeError in" in said
    assert said.count("could not be recorded (done:") == 1
