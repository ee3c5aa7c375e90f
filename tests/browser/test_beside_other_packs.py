"""The results on the nodes beside what scripts of other packs do in the editor.

docs/compatibility.md says which packs were tried themselves.
"""

from .editor import RUN_SECONDS, Editor, small_check

WITH_RESULTS = 7  # nodes that show results
MARGIN = 12  # pixels that the canvas may leave around the results
LATE_MS = 500  # milliseconds in which the page lays out what the canvas has not drawn

RESULTS = "document.querySelectorAll('.anime-results')"
HOLD_THE_CANVAS = "() => { app.canvas.draw = () => {}; }"
DRAW_AGAIN = "() => { delete app.canvas.draw; app.canvas.setDirty(true, true); }"
# The editor then gives each element on the canvas its place anew, and a width of 0 to one that
# the canvas has not drawn yet. This happened on a page that eight packs kept busy.
PLACE_THE_ELEMENTS = """() => {
    const pinia = document.querySelector("#vue-app").__vue_app__.config.globalProperties.$pinia;
    for (const state of pinia._s.get("domWidget").widgetStates.values()) state.zIndex += 1;
}"""
SPARE_ROOM = """() => [...document.querySelectorAll(".anime-results")].map((results) => [
    results.parentElement.dataset.node, results.parentElement.clientHeight - results.offsetHeight,
])"""


def test_a_node_that_is_drawn_late_is_as_high_as_its_results(editor: Editor):
    editor.load(small_check())
    page = editor.page
    page.evaluate(HOLD_THE_CANVAS)
    prompt = editor.press_run()
    page.wait_for_function(f"() => {RESULTS}.length === {WITH_RESULTS}", timeout=RUN_SECONDS * 1000)
    page.evaluate(PLACE_THE_ELEMENTS)
    page.wait_for_timeout(LATE_MS)
    page.evaluate(DRAW_AGAIN)
    editor.await_end(prompt)
    page.wait_for_timeout(LATE_MS)
    spare = dict(page.evaluate(SPARE_ROOM))
    assert len(spare) == WITH_RESULTS
    assert {node: room for node, room in spare.items() if not 0 <= room <= MARGIN} == {}
