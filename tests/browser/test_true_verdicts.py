"""A verdict is shown only on the nodes of the workflow and the run that it belongs to."""

import json
from typing import Any
from uuid import uuid4

import pytest

from ..integration.client import ComfyClient
from .conftest import open_editor
from .editor import Editor, Mode, example, set_values
from .truth import assert_shown_is_true, shown_results

CLIP, CHARACTER, LOOP, QUALITY = 1, 4, 5, 6
LOOP_GATE, JOB_SAVE = 8, 11
FRAMES, WIDTH, HEIGHT, SEED = 0, 1, 2, 6
SCORING = {str(each) for each in (3, 4, 5, 6, 7, 8, 9)}  # nodes of check_a_clip with a verdict


def with_new_id(workflow: dict[str, Any]) -> dict[str, Any]:
    """A workflow as another file has it: ids are made once for each."""
    return {**workflow, "id": str(uuid4())}


def slow_check() -> dict[str, Any]:
    """check_a_clip with frames that take long enough to do something else meanwhile."""
    workflow = with_new_id(example("check_a_clip"))
    set_values(workflow, CLIP, {FRAMES: 48, WIDTH: 448, HEIGHT: 448})
    return workflow


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


def shown_paths(editor: Editor) -> set[str]:
    return {shown.path for shown in shown_results(editor)}


def test_runs_of_others_leave_a_workflow_that_never_ran_empty(any_editor: Editor):
    editor, client = any_editor, ComfyClient(any_editor.server)
    editor.load(with_new_id(example("grade_a_clip")))
    prompt = json.loads(json.dumps(api_form("check_a_clip")))
    client_id = editor.page.evaluate("() => window.name")
    # ComfyUI sends every message of this prompt to the page, as if it had queued it.
    prompt_id = client.submit(prompt, client_id=client_id)
    await_history(editor, client, prompt_id)
    editor.page.wait_for_timeout(500)
    assert shown_results(editor) == []
    editor.picture("others")

    # Nor do they take the place of what it shows once it ran.
    editor.run()
    editor.results(2).wait_for()
    before = assert_shown_is_true(editor)
    prompt_id = client.submit(prompt, client_id=client_id)
    await_history(editor, client, prompt_id)
    editor.page.wait_for_timeout(500)
    assert assert_shown_is_true(editor) == before
    assert {shown.path for shown in before} == {"2", "3"}


def test_switching_the_workflow_during_a_run_takes_no_verdict_along(any_editor: Editor):
    editor, name = any_editor, f"slow {uuid4().hex[:6]}"
    workflow = slow_check()
    open_tab(editor, workflow, name)
    finished = editor.finished()
    editor.press_run()
    editor.page.wait_for_function("() => app.ui.lastQueueSize !== 0")
    # The same example, opened a second time: its nodes have the same numbers and types.
    open_tab(editor, workflow, f"twin of {name}")
    editor.await_end(finished)
    editor.page.wait_for_timeout(500)
    assert shown_results(editor) == []
    editor.picture("twin")

    switch_to(editor, f"slow {name.split()[1]}")
    editor.results(LOOP).wait_for()
    shown = assert_shown_is_true(editor)
    assert {each.path for each in shown} >= SCORING
    assert not any(each.earlier for each in shown)
    editor.picture("back")


def test_another_browser_with_the_same_workflow_shows_nothing(
    any_editor: Editor, browser, tmp_path
):
    editor, workflow = any_editor, with_new_id(example("check_a_clip"))
    editor.load(workflow)
    editor.run()
    editor.results(LOOP_GATE).wait_for()
    assert {each.path for each in assert_shown_is_true(editor)} >= SCORING
    mode = Mode.NODES_2 if editor.page.evaluate("() => LiteGraph.vueNodesMode") else Mode.CLASSIC
    with open_editor(browser, editor.server, mode, tmp_path) as other:
        other.load(workflow)
        other.page.wait_for_timeout(1500)
        assert shown_results(other) == []
        # And what the other one runs stays with the other one.
        before = assert_shown_is_true(editor)
        other.run()
        other.results(LOOP_GATE).wait_for()
        assert {each.path for each in assert_shown_is_true(other)} >= SCORING
        assert assert_shown_is_true(editor) == before


def test_a_reload_brings_back_what_this_page_ran_and_marks_it(any_editor: Editor):
    editor = any_editor
    editor.load(with_new_id(example("check_a_clip")))
    editor.run()
    editor.results(LOOP_GATE).wait_for()
    before = {each.path: (each.verdict, each.score) for each in assert_shown_is_true(editor)}
    editor.page.wait_for_timeout(1500)  # the editor saves its draft a moment after a change
    editor.open()
    editor.results(LOOP_GATE).wait_for()
    restored = assert_shown_is_true(editor)
    assert {each.path: (each.verdict, each.score) for each in restored} == before
    assert all(each.earlier and "From an earlier run (" in each.text for each in restored)
    editor.picture("reloaded")

    editor.run()
    editor.results(LOOP_GATE).wait_for()
    assert not any(each.earlier for each in assert_shown_is_true(editor))


def test_a_reload_during_a_run_shows_what_comes_of_it(any_editor: Editor):
    editor = any_editor
    editor.load(slow_check())
    editor.page.wait_for_timeout(1500)  # the editor saves its draft a moment after a change
    finished = editor.finished()
    editor.press_run()
    editor.page.wait_for_function("() => app.ui.lastQueueSize !== 0")
    editor.open()
    editor.await_end(finished)
    editor.results(LOOP_GATE).wait_for()
    shown = assert_shown_is_true(editor)
    assert {each.path for each in shown} >= SCORING
    assert not any(each.earlier for each in shown)


def test_a_node_of_another_type_under_the_same_number_shows_nothing(any_editor: Editor):
    editor, workflow = any_editor, with_new_id(example("check_a_clip"))
    editor.load(workflow)
    editor.run()
    editor.results(LOOP_GATE).wait_for()
    # The maker puts another node in its place, and undo gives the same numbers out again.
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
    finished = editor.finished()
    editor.press_run()
    editor.await_end(finished)
    editor.page.wait_for_timeout(500)
    shown = {each.path: each for each in assert_shown_is_true(editor)}
    assert str(LOOP) not in shown


def await_history(editor: Editor, client: ComfyClient, prompt_id: str) -> None:
    """Wait until a prompt has ended and the page has heard of it."""
    for _ in range(900):
        if prompt_id in client.get(f"/history/{prompt_id}"):
            break
        editor.page.wait_for_timeout(100)
    else:
        pytest.fail(f"{prompt_id} does not end")


def api_form(name: str) -> dict[str, Any]:
    path = example_path(name)
    prompt: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return prompt


def example_path(name: str) -> Any:
    from .editor import EXAMPLES

    return EXAMPLES / "api" / f"{name}.json"
