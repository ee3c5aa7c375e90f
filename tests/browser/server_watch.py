"""The panel's watch of ComfyUI, as tests see it: what it asks, and each alarm."""

from typing import Any

from .editor import Editor

QUESTION = "**/api/prompt"
# Remembers each time that the banner comes up.
COUNT_ALARMS = """() => {
    window.alarms = 0;
    const banner = document.querySelector(".anime-server");
    new MutationObserver(() => { window.alarms += Number(!banner.hidden); })
        .observe(banner, { attributes: true, attributeFilter: ["hidden"] });
}"""


def await_answers(editor: Editor, count: int) -> None:
    """Wait until ComfyUI has answered the watch's question so many times more."""
    for _ in range(count):
        editor.page.wait_for_event("requestfinished", _is_question)


def _is_question(request: Any) -> bool:
    return bool(request.method == "GET" and request.url.endswith("/api/prompt"))
