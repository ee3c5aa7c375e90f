from anime_production.web.server.watching import prompts

NOBODY = prompts.read_submission({})


def job_of(**inputs: object):
    graph = {"4": {"class_type": "AnimeJob", "inputs": inputs}}
    return prompts.job_of_prompt("p", graph, NOBODY)


def test_impossible_names_are_cut_to_what_can_be_kept():
    assert job_of(project="a\0b" * 300, tags=5).project.startswith("abab")
    assert job_of(shot=["3", 0], character="Hana").character == "Hana"


def test_too_many_tags_cost_the_tags_alone():
    job = job_of(project="Winter", tags=",".join(map(str, range(60))))
    assert (job.project, job.tags) == ("Winter", ())


def test_a_prompt_without_the_node_has_a_nameless_job():
    assert prompts.job_of_prompt("p", {"1": {"class_type": "A"}}, NOBODY).project == ""


def test_strange_extra_data_is_survived():
    asked = prompts.read_submission({"extra_pnginfo": ["x"], "anime": "y", "client_id": 7})
    assert (asked.client_id, asked.workflow, asked.reproduced_from) == ("7", None, None)
    extra_data: dict = {"anime": "y"}
    job = job_of()
    prompts.mark(extra_data, job.id)
    assert prompts.job_id_of((0, "p", {}, extra_data)) == job.id
