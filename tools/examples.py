"""Names, titles and files of the example workflows, for generators and tests."""

from pathlib import Path

from .comfyui import PACK

FOLDER = PACK / "example_workflows"
API = FOLDER / "api"

# Titles by name, in the order in which they teach. The editor shows the name of a file as the title
# of a template, and it shows nothing else of it. So the files for the editor are called by their
# number and title. Those in API format keep their names, because scripts use them.
TITLES = {
    "check_your_clip": "Check your clip",
    "check_a_clip": "Check a sample clip",
    "grade_a_clip": "Grade a clip",
    "compare_before_and_after": "Compare before and after",
    "find_a_loop": "Find a loop",
    "close_a_loop": "Close a loop",
    "generate_a_loop": "Generate a loop",
    "interpolate_a_loop": "Interpolate a loop",
    "score_a_character": "Score a character",
    "mask_a_character": "Mask a character",
    "keep_a_character": "Keep a character",
    "use_a_kept_character": "Use a kept character",
    "gate_a_batch": "Gate a batch",
    "gate_by_any_number": "Gate by any number",
    "best_of_8": "Best of 8",
    "best_of_four_takes": "Best of four takes",
    "retry_until_it_loops": "Retry until it loops",
    "retry_until_the_answer_is_yes": "Retry until the answer is yes",
    "remember_a_shot": "Remember a shot",
    "review_a_shot": "Review a shot",
    "make_a_phase": "Make a phase",
}


def template(name: str) -> str:
    """Return the title of an example in the editor's template browser, such as "01 Check …".

    Args:
        name: key of `TITLES`.
    """
    return f"{list(TITLES).index(name) + 1:02} {TITLES[name]}"


def editor_file(name: str) -> Path:
    """Return the path of an example in the editor's format."""
    return FOLDER / f"{template(name)}.json"


def api_file(name: str) -> Path:
    """Return the path of an example in ComfyUI's API format."""
    return API / f"{name}.json"


def thumbnail(name: str) -> Path:
    """Return the path of the picture that the template browser shows for an example."""
    return editor_file(name).with_suffix(".jpg")
