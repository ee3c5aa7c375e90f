"""What is read out of a finished or refused prompt."""

from pathlib import Path

from anime_production.quickstart_steps.clip import Prompt
from anime_production.quickstart_steps.example import files_of, refusal, reports_of


def test_reports_come_in_the_order_of_the_prompt_with_their_nodes_titles():
    prompt: Prompt = {
        "9": {"class_type": "A", "_meta": {"title": "First"}},
        "2": {"class_type": "B"},
    }
    history = {
        "outputs": {
            "2": {"anime_report": [{"subject": "loop"}]},
            "9": {"anime_report": [{"subject": "loop"}]},
        }
    }
    assert [title for title, _ in reports_of(history, prompt)] == ["First", "B"]


def test_files_are_named_once_and_previews_are_no_files(tmp_path: Path):
    saved = {"filename": "a.png", "subfolder": "shots", "type": "output"}
    preview = {"filename": "b.png", "subfolder": "", "type": "temp"}
    history = {"outputs": {"1": {"images": [saved, preview], "text": ["words"]}}}
    path = tmp_path / "output" / "shots" / "a.png"
    for artifact in (str(path), "shots/a.png"):
        job = {"artifacts": [{"path": artifact}]}
        assert files_of(history, job, tmp_path) == [str(path)]


def test_a_refused_prompt_says_which_node_and_why():
    answer = {
        "error": {"message": "Prompt outputs failed validation"},
        "node_errors": {
            "3": {
                "class_type": "SaveImage",
                "errors": [{"message": "Required input is missing", "details": "images"}],
            }
        },
    }
    text = refusal(answer)
    assert "Prompt outputs failed validation" in text
    assert "SaveImage (node 3): Required input is missing (images)" in text
