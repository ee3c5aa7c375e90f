"""A number of another node gates a batch, and an answer stops a retry: in a real ComfyUI."""

from .client import ComfyClient, Prompt
from .test_examples import job_of


def texts(prompt: Prompt, *values: str):
    """A list of texts, as a node gives one for each picture."""
    inputs = {
        f"inputs.input{number}": prompt.add("PrimitiveString", value=value).out()
        for number, value in enumerate(values)
    }
    return prompt.add("CreateList", **inputs).out()


def test_one_number_for_each_picture_gates_a_batch_and_reaches_the_job(client: ComfyClient):
    prompt = Prompt()
    clip = prompt.add("AnimeSampleClip", frames=3, width=96, height=96, seed=5).out()
    captions = texts(prompt, "a girl with red hair", "a girl", "a girl in the rain")
    lengths = prompt.add("StringLength", string=captions).out()
    value = prompt.add("AnimeReportFromValue", value=lengths, name="caption length", limit=10.0)
    gate = prompt.add("AnimeGate", report=value.out(), images=clip, level="frame")
    job = prompt.add("AnimeJob", project="other packs")
    prompt.add("AnimeJobSave", job=job.out(), images=gate.out(0), report=value.out())
    run = client.run(prompt)
    (measurement,) = run.report(value)["measurements"]
    assert measurement["per_frame"] == [20, 6, 18]
    assert run.outputs[gate]["anime_gate"][0][0]["indices"] == [0, 2]
    answer = job_of(client, run.prompt_id)
    assert (answer["job"]["verdict"], answer["job"]["judged_by"]) == ("PASS", "kept")
    recorded = {each["node_id"]: each["report"] for each in answer["reports"]}
    assert [each["name"] for each in recorded[value]["measurements"]] == ["caption length"]


def test_an_answer_stops_a_retry(client: ComfyClient):
    prompt = Prompt()
    start = prompt.add("AnimeRetryStart", seed=10)
    third = prompt.add("ComfyMathExpression", expression="a >= 3", **{"values.a": start.out(1)})
    no = prompt.add("PrimitiveString", value="<think>A hat? yes...</think>No, she has none.")
    yes = prompt.add("PrimitiveString", value="**Yes**, she wears one.")
    said = prompt.add("ComfySwitchNode", switch=third.out(2), on_false=no.out(), on_true=yes.out())
    answer = prompt.add("AnimeReportFromAnswer", answer=said.out(), role="required", name="hat")
    clip = prompt.add("AnimeSampleClip", frames=1, width=64, height=64, seed=start.out(0))
    end = prompt.add("AnimeRetryEnd", report=answer.out(), slot_1=clip.out(), attempts=5)
    count = prompt.add("TestConsumer", value=end.out(8))
    prompt.add("AnimeJob", project="other packs")
    run = client.run(prompt)
    assert run.outputs[count]["text"][0] == "3"
    attempts = run.report(end)["measurements"][-1]["details"]["attempts"]
    assert [(each["seed"], each["report"]["verdict"]) for each in attempts] == [
        *((10, "FAIL"), (11, "FAIL"), (12, "PASS")),
    ]
    assert job_of(client, run.prompt_id)["job"]["verdict"] == "PASS"


def test_a_number_that_cannot_be_read_fails_no_prompt(client: ComfyClient):
    prompt = Prompt()
    value = prompt.add("AnimeReportFromValue", value="a cat")
    gate = prompt.add("AnimeGate", report=value.out())
    passes = prompt.add("TestConsumer", value=gate.out(2))
    score = prompt.add("TestConsumer", value=value.out(1))
    run = client.run(prompt)
    assert run.report(value)["verdict"] == "NOT_MEASURED"
    assert run.outputs[passes]["text"][0] == "False"
    assert score not in run.outputs
