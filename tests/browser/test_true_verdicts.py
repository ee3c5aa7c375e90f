"""A verdict is shown only on the nodes of the workflow and the run that it belongs to."""

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

from ..integration.client import ComfyClient
from ..models.jobs.postgres import wait_until
from .conftest import Kind, open_editor
from .editor import SMALL, Editor, example, example_prompt, set_values, small_check, with_new_id
from .truth import Shown, assert_shown_is_true, shown_results

CLIP, LOOP, LOOP_GATE = 1, 5, 8
SCORING = {str(each) for each in (3, 4, 5, 6, 7, 8, 9)}  # nodes of check_a_clip with a verdict

# What the clip is made with comes from a node that waits for a file.
WAIT_FIRST = """([clip, until]) => {
    const wait = LiteGraph.createNode("TestWait");
    app.graph.add(wait);
    const values = { until, seconds: 200 };
    for (const widget of wait.widgets) widget.value = values[widget.name] ?? widget.value;
    wait.connect(0, app.graph.getNodeById(clip), "seed");
    return app.graph.serialize();
}"""
# Once the loop has its score, a node waits for a file: at most as many seconds as that.
WAIT_THEN = """([loop, until]) => {
    const [wait, end] = ["TestWait", "TestConsumer"].map((type) => LiteGraph.createNode(type));
    for (const node of [wait, end]) app.graph.add(node);
    wait.widgets.find(({ name }) => name === "until").value = until;
    app.graph.getNodeById(loop).connect("score", wait, "seconds");
    wait.connect(0, end, "value");
    return app.graph.serialize();
}"""
# What "Open workflow" of the queue's history does.
OPEN_FROM_HISTORY = """async () => {
    const pinia = document.querySelector('#vue-app').__vue_app__.config.globalProperties.$pinia;
    const queue = pinia._s.get('queue');
    await queue.update();
    await queue.historyTasks[0].loadWorkflow(app);
}"""


def test_what_others_run_and_other_tabs_show_is_not_taken_for_ones_own(
    editor: Editor, client: ComfyClient, browser: Any, kind: Kind, tmp_path: Path
):
    runs_of_others_leave_a_workflow_as_it_is(editor, client)
    switching_the_workflow_during_a_run_takes_no_verdict_along(editor, tmp_path)
    another_node_under_the_same_number_shows_nothing(editor)
    with open_editor(browser, editor.server, kind[1], tmp_path) as other:
        another_browser_with_the_same_workflow_shows_nothing(editor, other)


def runs_of_others_leave_a_workflow_as_it_is(editor: Editor, client: ComfyClient) -> None:
    workflow = with_new_id(example("grade_a_clip"))
    set_values(workflow, CLIP, SMALL)
    editor.load(workflow)
    run_in_the_name_of(editor, client)
    assert shown_results(editor) == []
    # Nor do they take the place of what it shows once it ran.
    editor.run()
    before = assert_shown_is_true(editor)
    run_in_the_name_of(editor, client)
    assert assert_shown_is_true(editor) == before
    assert {shown.path for shown in before} == {"2", "3"}


def run_in_the_name_of(editor: Editor, client: ComfyClient) -> None:
    """Run a prompt of which ComfyUI sends every message to the page, as if it had queued it."""
    client_id = editor.page.evaluate("() => window.name")
    prompt = example_prompt("check_a_clip")
    prompt[str(CLIP)]["inputs"].update(width=128, height=128)
    editor.await_end(client.submit(prompt, client_id=client_id))


def switching_the_workflow_during_a_run_takes_no_verdict_along(
    editor: Editor, tmp_path: Path
) -> None:
    go, name = tmp_path / "the twin is open", f"slow {uuid4().hex[:6]}"
    workflow = waiting_check(editor, WAIT_FIRST, CLIP, go)
    open_tab(editor, workflow, name)
    prompt = editor.press_run()
    # The same example, opened a second time: its nodes have the same numbers and types.
    open_tab(editor, workflow, f"twin of {name}")
    go.touch()
    editor.await_end(prompt)
    assert shown_results(editor) == []

    switch_to(editor, name)
    editor.results(LOOP).wait_for()
    assert {each.path for each in shown_of_this_run(editor)} >= SCORING


def another_node_under_the_same_number_shows_nothing(editor: Editor) -> None:
    """The maker puts another node in its place, and undo gives the same numbers out again."""
    editor.page.evaluate(
        """(id) => {
            const node = app.graph.getNodeById(id);
            app.graph.remove(node);
            const other = LiteGraph.createNode("AnimeStillQuality");
            other.id = id;
            app.graph.add(other);
        }""",
        LOOP,
    )
    editor.run()
    assert str(LOOP) not in {each.path for each in assert_shown_is_true(editor)}


def another_browser_with_the_same_workflow_shows_nothing(editor: Editor, other: Editor) -> None:
    workflow = small_check()
    editor.load(workflow)
    editor.run()
    before = assert_shown_is_true(editor)
    assert {each.path for each in before} >= SCORING
    other.load(workflow)
    other.page.wait_for_timeout(500)  # nothing must come that could be waited for
    assert shown_results(other) == []
    # And what the other one runs stays with the other one.
    other.run()
    assert {each.path for each in assert_shown_is_true(other)} >= SCORING
    assert assert_shown_is_true(editor) == before


def test_a_reload_brings_back_what_this_page_ran_and_marks_it(editor: Editor, tmp_path: Path):
    editor.load(small_check())
    editor.run()
    before = shown_of_this_run(editor)
    editor.await_draft()
    editor.open()
    # The page was loaded anew: the editor has the workflow, ComfyUI's history its outputs.
    the_same_is_shown_and_marked(editor, before)
    editor.page.evaluate(OPEN_FROM_HISTORY)
    the_same_is_shown_and_marked(editor, before)
    editor.run()
    assert shown_of_this_run(editor)
    a_reload_during_a_run_shows_what_comes_of_it(editor, tmp_path / "the page is back")
    a_run_that_ends_while_the_page_asks_for_it_is_shown(editor, tmp_path / "the page asks")


def the_same_is_shown_and_marked(editor: Editor, before: list[Shown]) -> None:
    editor.results(LOOP_GATE).wait_for()
    restored = {each.path: each for each in assert_shown_is_true(editor)}
    assert restored.keys() == {each.path for each in before}
    for each in before:
        mark = r"From an earlier run \(.+?\)"
        assert re.fullmatch(mark + re.escape(each.text), restored[each.path].text)
        assert restored[each.path].earlier
        assert restored[each.path].verdict == each.verdict


def a_reload_during_a_run_shows_what_comes_of_it(editor: Editor, go: Path) -> None:
    editor.load(waiting_check(editor, WAIT_THEN, LOOP, go))
    editor.await_draft()
    prompt = editor.press_run()
    editor.results(LOOP).wait_for()  # which the page will not hear of again
    with editor.page.expect_response(lambda answer: f"/history/{prompt}" in answer.url):
        editor.open()  # it asks what became of the run, which goes on
    go.touch()
    editor.await_end(prompt)
    editor.results(LOOP_GATE).wait_for()
    assert {each.path for each in shown_of_this_run(editor)} >= SCORING


def a_run_that_ends_while_the_page_asks_for_it_is_shown(editor: Editor, go: Path) -> None:
    editor.load(waiting_check(editor, WAIT_THEN, LOOP, go))
    editor.await_draft()
    prompt = editor.press_run()
    editor.results(LOOP).wait_for()
    history = ComfyClient(editor.server)

    def answer_after_the_end(route: Any) -> None:
        answer = route.fetch()
        go.touch()
        wait_until(lambda: prompt in history.get(f"/history/{prompt}"))
        route.fulfill(response=answer)

    editor.page.route("**/queue", answer_after_the_end)
    editor.open()
    assert {each.path for each in shown_of_this_run(editor)} >= SCORING
    editor.page.unroute("**/queue")


def shown_of_this_run(editor: Editor) -> list[Shown]:
    """What is shown, which must be of the newest run."""
    editor.results(LOOP_GATE).wait_for()
    shown = assert_shown_is_true(editor)
    assert not any(each.earlier for each in shown)
    return shown


def waiting_check(editor: Editor, script: str, node: int, go: Path) -> dict[str, Any]:
    """check_a_clip with a node that waits for a file, as a script adds it beside a node."""
    editor.load(small_check())
    return with_new_id(editor.page.evaluate(script, [node, str(go)]))


def open_tab(editor: Editor, workflow: dict[str, Any], name: str) -> None:
    """Open a workflow in a tab of its own."""
    editor.page.evaluate(
        "async ([workflow, name]) => { await app.loadGraphData(workflow, true, true, name) }",
        [workflow, name],
    )


def switch_to(editor: Editor, name: str) -> None:
    """Go to the tab of an open workflow, by its name, as a click on the tab does."""
    editor.page.locator(".workflow-tabs .workflow-label", has_text=name).first.click()
    editor.page.wait_for_function(
        "name => app.extensionManager.workflow.activeWorkflow.path.includes(name)", arg=name
    )
