"""Loops are played on the nodes that judge, find and close them."""

from collections.abc import Iterator
from typing import Any

import pytest

from ..integration.client import ComfyClient
from .accessibility import serious_faults
from .editor import Editor
from .panel import expect
from .test_results_cost import COUNT, NODES, load_ten_nodes

FRAMES = 24
LONG = 130  # frames; a flipbook has 120 of them
# A clip, and the three nodes that have a loop to play.
BUILD = """async (frames) => {
    await app.loadGraphData({ id: crypto.randomUUID(), last_node_id: 0, last_link_id: 0, nodes: [],
        links: [], groups: [], config: {}, extra: {}, version: 0.4 });
    const add = (type, x, y, values) => {
        const node = LiteGraph.createNode(type);
        app.graph.add(node);
        node.pos = [x, y];
        for (const widget of node.widgets) widget.value = values[widget.name] ?? widget.value;
        return node;
    };
    const values = { frames, width: 192, height: 108, period: frames, seam_jump: 5,
        seed: Math.floor(Math.random() * 1e9) };
    const clip = add("AnimeSampleClip", 0, 40, values);
    ["AnimeLoopScore", "AnimeLoopFind", "AnimeLoopClose"].forEach((type, at) => {
        const node = add(type, 400 + at * 420, 40, { backend: "structural" });
        clip.connect(0, node, node.inputs.findIndex(({ name }) => name === "images"));
    });
}"""
# A node below the first of them, which leaves so much height for its results.
BELOW = """(room) => {
    const [width, height] = app.graph.getNodeById(2).size;
    const node = LiteGraph.createNode("Note");
    app.graph.add(node);
    node.pos = [400, 40 + height + room + LiteGraph.NODE_TITLE_HEIGHT];
}"""
# Counts the timers and the frames that the page asks for.
WATCH = """() => {
    window.asked = { timers: 0, frames: 0, drawings: 0 };
    const { setTimeout, setInterval, requestAnimationFrame } = window;
    const isOurs = () => new Error().stack.includes("/player/player.js");
    for (const [name, kind] of [["setTimeout", "timers"], ["setInterval", "timers"],
        ["requestAnimationFrame", "frames"]]) {
        const real = window[name];
        window[name] = (...parameters) => {
            if (isOurs()) window.asked[kind]++;
            return real.apply(window, parameters);
        };
    }
    const { drawImage } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.drawImage = function (...parameters) {
        if (this.canvas.closest?.(".anime-player")) window.asked.drawings++;
        return drawImage.apply(this, parameters);
    };
}"""
ASKED = "() => ({ ...window.asked })"
PIXELS = """(canvas) => [...canvas.getContext("2d").getImageData(0, 0, canvas.width,
    canvas.height).data].reduce((sum, each, at) => (sum * 31 + each * (at % 97)) % 1000003, 7)"""


def build(editor: Editor, frames: int = FRAMES) -> None:
    editor.page.evaluate(BUILD, frames)
    editor.run()
    editor.show(scale=1.0, left=-360, top=60)
    editor.settle()


def player_of(editor: Editor, node: int) -> Any:
    """Open the player of a node with its button."""
    editor.results(node).get_by_role("button", name="Play the loop").click()
    player = editor.results(node).get_by_role("group", name="Player")
    expect(player.locator("canvas")).to_be_visible()
    return player


def frame_of(player: Any) -> int:
    return int(player.get_by_role("slider", name="Frame", exact=True).input_value())


def is_playing(player: Any) -> None:
    expect(player.get_by_role("button", name="Pause")).to_be_visible()


def is_paused(player: Any) -> None:
    expect(player.get_by_role("button", name="Play", exact=True)).to_be_visible()


@pytest.fixture
def no_motion(editor: Editor) -> Iterator[None]:
    """Let the system ask for less motion."""
    editor.page.emulate_media(reduced_motion="reduce")
    yield
    editor.page.emulate_media(reduced_motion=None)


def test_a_loop_is_played_on_each_of_the_three_nodes(editor: Editor):
    build(editor)
    for node in (2, 3, 4):
        player = player_of(editor, node)
        is_playing(player)
        frames = {frame_of(player) for _ in range(30) if not editor.page.wait_for_timeout(60)}
        assert len(frames) > 3, node
    editor.picture("player-three-nodes")
    assert serious_faults(editor, ".anime-results") == []


def test_the_keyboard_plays_steps_and_lays_the_ends_over_each_other(
    editor: Editor, no_motion: None
):
    build(editor)
    player = player_of(editor, 2)
    is_paused(player)  # it does not start by itself
    play = player.get_by_role("button", name="Play", exact=True)
    assert play.evaluate("(button) => button === document.activeElement")
    assert frame_of(player) == 0
    nodes = editor.page.evaluate("() => app.graph.nodes.length")
    player.press("ArrowLeft")
    assert frame_of(player) == FRAMES - 1  # a loop goes on over its end
    last = player.locator("canvas").evaluate(PIXELS)
    player.press("ArrowRight")
    first = player.locator("canvas").evaluate(PIXELS)
    assert first != last
    player.press("o")
    mix = player.get_by_role("slider", name="First frame over the last")
    expect(mix).to_be_visible()
    expect(player.get_by_role("slider", name="Frame", exact=True)).to_be_hidden()
    blend = player.locator("canvas").evaluate(PIXELS)
    assert blend not in (first, last)
    editor.picture("player-onion")
    mix.press("Home")
    assert player.locator("canvas").evaluate(PIXELS) == last
    mix.press("End")
    assert player.locator("canvas").evaluate(PIXELS) == first
    player.press("Delete")  # it is none of the canvas's keys here
    assert editor.page.evaluate("() => app.graph.nodes.length") == nodes
    player.press("s")
    slow = player.get_by_role("button", name="Slow at the seam")
    expect(slow).to_have_attribute("aria-pressed", "false")
    player.press(" ")
    is_playing(player)
    player.press(" ")
    is_paused(player)
    player.get_by_role("button", name="Close the player").click()
    opener = editor.results(2).get_by_role("button", name="Play the loop")
    expect(opener).to_be_focused()


def build_above_another(editor: Editor, room: int) -> None:
    """Build and run the nodes, the first of which has so many pixels below it."""
    editor.page.evaluate(BUILD, FRAMES)
    editor.page.evaluate(BELOW, room)
    editor.run()
    editor.show(scale=1.0, left=-360, top=60)
    editor.settle()


def test_a_node_with_little_room_plays_its_loop_in_the_window(editor: Editor, no_motion: None):
    build_above_another(editor, 150)
    editor.results(2).get_by_role("button", name="Play the loop").click()
    window = editor.page.locator(".anime-popup")
    player = window.get_by_role("group", name="Player")
    expect(player.locator("canvas")).to_be_visible()
    expect(player.get_by_role("button", name="Play", exact=True)).to_be_focused()
    expect(editor.results(2).get_by_role("group", name="Player")).to_have_count(0)
    editor.picture("player-in-the-window")
    editor.page.keyboard.press("Escape")
    expect(window).to_have_count(0)


def test_a_player_fits_in_a_node_and_escape_closes_it(editor: Editor, no_motion: None):
    build_above_another(editor, 260)  # Nodes 2.0 draws its nodes higher than they are elsewhere
    player = player_of(editor, 2)
    editor.settle()
    editor.picture("player-little-room")
    body = editor.results(2).locator(".anime-results-body")
    assert body.bounding_box()["height"] < 190
    for part in (player.locator("canvas"), player.get_by_role("button", name="Slow at the seam")):
        assert lies_within(part.bounding_box(), body.bounding_box())
    player.press("Escape")
    expect(editor.results(2).get_by_role("button", name="Play the loop")).to_be_focused()


def lies_within(inner: Any, outer: Any) -> bool:
    """True if a box lies within another one from top to bottom, to a pixel."""
    ends = [each["y"] + each["height"] for each in (inner, outer)]
    return outer["y"] - 1 <= inner["y"] and ends[0] <= ends[1] + 1


def test_a_long_loop_says_which_frames_it_shows(editor: Editor, client: ComfyClient):
    build(editor, LONG)
    player = player_of(editor, 2)
    expect(player.get_by_role("status")).to_have_text(
        f"120 of {LONG} frames: all at the seam, the others at even distances."
    )
    places = editor.page.evaluate("() => app.nodeOutputs['2'].anime_flipbook[0][0]")
    assert len(client.fetch(f"/anime/flipbooks/{places['set']}")) <= 1_000_000


def test_ten_players_do_nothing_unless_they_play_on_the_screen(editor: Editor):
    load_ten_nodes(editor)
    editor.page.evaluate(WATCH)
    requests: list[str] = []
    editor.page.on("request", lambda request: requests.append(request.url))
    assert editor.page.evaluate(COUNT, 20) == {"styles": 0, "changes": 0, "drawings": 0}
    nothing = {"timers": 0, "frames": 0, "drawings": 0}
    assert editor.page.evaluate(ASKED) == nothing  # nobody has opened one
    assert not [each for each in requests if "flipbooks" in each]
    buttons = editor.page.get_by_role("button", name="Play the loop")
    assert buttons.count() == NODES
    for _ in range(NODES):
        buttons.first.evaluate("(button) => button.click()")
    players = editor.page.locator(".anime-player")
    expect(players.get_by_role("button", name="Pause")).to_have_count(NODES)
    editor.picture("ten-players")
    before = editor.page.evaluate(ASKED)
    editor.page.wait_for_timeout(1000)
    after = editor.page.evaluate(ASKED)
    # At 8 to 17 frames a second: one timer and one drawing for each frame that changes.
    assert 0 < after["timers"] - before["timers"] <= 150
    assert after["drawings"] - before["drawings"] <= 150
    assert after["frames"] == 0
    editor.show(scale=0.75, left=-50_000, top=60)  # off the screen
    editor.settle()
    editor.page.wait_for_timeout(500)
    hidden = editor.page.evaluate(ASKED)
    editor.page.wait_for_timeout(600)
    assert editor.page.evaluate(ASKED) == hidden
    editor.show(scale=0.75, left=-350, top=60)
    go_on = "(count) => window.asked.drawings > count"
    editor.page.wait_for_function(go_on, arg=hidden["drawings"])
    pause_all = "(buttons) => buttons.forEach((button) => button.click())"
    players.get_by_role("button", name="Pause").evaluate_all(pause_all)
    paused = editor.page.evaluate(ASKED)
    editor.page.wait_for_timeout(500)
    assert editor.page.evaluate(ASKED) == paused
