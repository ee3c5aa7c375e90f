"""The list of jobs in the sidebar, as tests use it, and what it costs the browser."""

from dataclasses import dataclass
from typing import Any

from .editor import Editor

ROW_HEIGHT = 88  # as web/client/jobs/list.js has it

# It leaves in its place what is there.
FOREIGN_TAB = """() => app.extensionManager.registerSidebarTab({
    id: "foreign", icon: "pi pi-star", title: "Foreign", type: "custom",
    render: (place) => place.append("foreign words"),
})"""


class ListedJobs:
    """The list in the panel."""

    def __init__(self, editor: Editor) -> None:
        self.page = editor.page
        self.root = self.page.locator(".anime-list")

    def row(self, text: str) -> Any:
        """The row in which a text stands."""
        return self.root.get_by_role("option").filter(has_text=text)

    def names(self) -> list[str]:
        """Of the rows that exist, from the top."""
        names: list[str] = self.page.evaluate(
            """() => [...document.querySelectorAll(".anime-row")]
                .sort((a, b) => a.ariaPosInSet - b.ariaPosInSet)
                .map((row) => row.querySelector(".anime-job-name").textContent)"""
        )
        return names

    def count(self) -> int:
        """How many jobs there are, -1 as long as that isn't known."""
        said = self.root.get_by_role("option").first.get_attribute("aria-setsize")
        return int(said or 0)

    def await_count(self, count: int) -> None:
        """Wait until there are so many jobs, and no more."""
        self.page.wait_for_function(
            """(count) => [...document.querySelectorAll(".anime-row")]
                .some((row) => row.ariaSetSize === String(count))""",
            arg=count,
        )

    def scroll(self, jobs: int, pixels: int) -> list[float]:
        """Scroll past so many jobs, some pixels each frame; how long each frame took, in ms."""
        frames: list[float] = self.page.evaluate(
            """async ([end, pixels]) => {
                const list = document.querySelector(".anime-list");
                const frame = () => new Promise(requestAnimationFrame);
                const times = [];
                let before = await frame();
                while (list.scrollTop + list.clientHeight < end) {
                    list.scrollTop += pixels;
                    const now = await frame();
                    times.push(now - before);
                    before = now;
                }
                return times;
            }""",
            [jobs * ROW_HEIGHT, pixels],
        )
        return frames


@dataclass(frozen=True)
class Held:
    """What a page holds after its garbage is collected."""

    listeners: int
    nodes: int


class Costs:
    """What a page holds and does, as Chromium counts it."""

    def __init__(self, editor: Editor) -> None:
        self._protocol = editor.page.context.new_cdp_session(editor.page)
        self._protocol.send("Performance.enable")

    def held(self) -> Held:
        """Listeners and elements, after the garbage is collected."""
        for _ in range(3):
            self._protocol.send("HeapProfiler.collectGarbage")
        found = self._metrics()
        return Held(int(found["JSEventListeners"]), int(found["Nodes"]))

    def seconds(self) -> float:
        """That the page has spent on scripts and layout so far."""
        found = self._metrics()
        return sum(
            found[name] for name in ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")
        )

    def _metrics(self) -> dict[str, float]:
        answer = self._protocol.send("Performance.getMetrics")
        return {each["name"]: each["value"] for each in answer["metrics"]}
