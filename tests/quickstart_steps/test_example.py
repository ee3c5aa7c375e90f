"""What is read out of a prompt that has ended."""

from pathlib import Path

from anime_production.quickstart_steps.clip import LOADER, Prompt
from anime_production.quickstart_steps.comfyui_client import Run
from anime_production.quickstart_steps.example import failure, files_of, reports_of


def test_reports_come_in_the_order_of_the_prompt_with_their_nodes_titles():
    prompt: Prompt = {
        "9": {"class_type": "A", "_meta": {"title": "First"}},
        "2": {"class_type": "B"},
    }
    outputs = {
        "2": {"anime_report": [{"subject": "loop"}]},
        "9": {"anime_report": [{"subject": "loop"}]},
    }
    assert [title for title, _ in reports_of(outputs, prompt)] == ["First", "B"]


def test_files_are_named_once_and_previews_are_no_files(tmp_path: Path):
    saved = {"filename": "a.png", "subfolder": "shots", "type": "output"}
    preview = {"filename": "b.png", "subfolder": "", "type": "temp"}
    outputs = {"1": {"images": [saved, preview], "text": ["words"]}}
    path = tmp_path / "output" / "shots" / "a.png"
    for artifact in (str(path), "shots/a.png"):
        job = {"artifacts": [{"path": artifact}]}
        assert files_of(outputs, job, tmp_path) == [str(path)]


def test_a_clip_that_comfyui_cannot_read_is_named_as_the_cause():
    def run(node_type: str) -> Run:
        error = {"node_id": "3", "node_type": node_type, "exception_message": "bad data\n"}
        status = {"status_str": "error", "messages": [["execution_error", error]]}
        return Run("id", [], {"outputs": {}, "status": status})

    assert failure(run(LOADER)) == "ComfyUI cannot read this file as a video or GIF: bad data"
    assert failure(run("SaveImage")) == "SaveImage (node 3): bad data"
