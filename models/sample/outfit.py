"""Drawing of neck, shoulders and clothes."""

import numpy as np

from .canvas import Canvas, Colour, mix
from .characters import Character
from .curves import Points, as_points, bezier, mirrored, moved, smooth
from .face import FACE_DEPTH, LINE, face_outline, skin_shadow
from .pose import Pose

NECK_TOP, NECK_FOOT = 276.0, 330.0  # y in the drawing
NECK_WIDTH = 27.0  # half of the neck's width
MIDDLE = 256.0  # x of the body's middle line
BOTTOM = 1100.0  # far below the unit square, for tall pictures


def cloth_shadow(colour: Colour) -> Colour:
    """Return the colour of cloth in the shade, which is darker and more violet."""
    return mix(colour, (58, 40, 92), 0.3)


def draw_body(canvas: Canvas, character: Character, pose: Pose) -> None:
    """Paint everything below the head."""
    _draw_neck(canvas, character, pose)
    _draw_torso(canvas, character, pose)
    if character.sailor > 0.01:
        _draw_sailor_collar(canvas, character, pose)
    if character.lapel > 0.01:
        _draw_lapels(canvas, character, pose)
    if character.tie > 0.01:
        _draw_tie(canvas, character, pose)
    if character.bow > 0.01:
        _draw_bow(canvas, character, pose)


def _on_body(pose: Pose, points: Points) -> np.ndarray:
    """Return points measured from the body's middle line as points of the drawing."""
    return pose.on_body(moved(as_points(points), MIDDLE, 0))


def _paint_outlined(
    canvas: Canvas, points: np.ndarray, colour: Colour, ink: Colour, line: float = LINE
) -> None:
    canvas.fill(points, colour)
    canvas.outline(points, line, ink)


def _grown(panel: np.ndarray, size: float) -> np.ndarray:
    """Return the right half of a collar, smaller for a size below 0.4, whole from there on."""
    # While one character turns into another, the collar grows out of the shoulder.
    root = np.array([NECK_WIDTH + 12, NECK_FOOT])
    return root + (panel - root) * min(size / 0.4, 1.0)


def _draw_neck(canvas: Canvas, character: Character, pose: Pose) -> None:
    foot = _on_body(pose, [(NECK_WIDTH + 16, NECK_FOOT + 12), (-NECK_WIDTH - 16, NECK_FOOT + 12)])
    chest = _on_body(pose, [(0, NECK_FOOT + 110)])
    top = pose.on_head(np.array([(-NECK_WIDTH, 60.0), (NECK_WIDTH, 60.0)]))
    middle = (foot[::-1] + top) / 2 + [[5, 8], [-5, 8]]
    neck = np.concatenate(
        [bezier(top[1], middle[1], foot[0]), chest, bezier(foot[1], middle[0], top[0])]
    )
    canvas.fill(neck, character.skin)
    with canvas.inside(neck):
        face = pose.on_head(face_outline(character), FACE_DEPTH)
        canvas.fill(moved(face, 4, 22), skin_shadow(character))
    canvas.outline(neck, LINE, character.ink, closed=False)
    for side in (-1, 1):  # collar bones
        bone = bezier(
            (side * 9, NECK_FOOT + 22), (side * 24, NECK_FOOT + 18), (side * 40, NECK_FOOT + 20)
        )
        canvas.stroke(_on_body(pose, bone), 1.8, skin_shadow(character))
    if character.neck_cover > 0.01:
        height = character.neck_cover * 40
        half_width = NECK_WIDTH + 6
        roll = smooth(
            [
                (-half_width - 4, NECK_FOOT),
                (-half_width, NECK_FOOT - height),
                (0, NECK_FOOT - height + 9),
                (half_width, NECK_FOOT - height),
                (half_width + 4, NECK_FOOT),
                (0, NECK_FOOT + 16),
            ],
            closed=True,
        )
        roll = _on_body(pose, roll)
        canvas.fill(roll, character.collar)
        with canvas.inside(roll):
            canvas.fill(moved(face, 4, 22), cloth_shadow(character.collar))
        canvas.outline(roll, LINE * min(1, height / 10), character.ink)


def _draw_torso(canvas: Canvas, character: Character, pose: Pose) -> None:
    half_width = character.shoulder
    depth = NECK_FOOT + character.neckline
    half = smooth(
        [
            (NECK_WIDTH + 14, NECK_FOOT),
            (half_width * 0.7, NECK_FOOT + 17),
            (half_width, NECK_FOOT + 46),
            (half_width + 18, NECK_FOOT + 130),
            (half_width + 26, NECK_FOOT + 260),
        ]
    )
    half = np.concatenate([[(0, depth)], half, [(half_width + 30, BOTTOM)]])
    torso = _on_body(pose, np.concatenate([half, half[:0:-1] * [-1, 1]]))
    canvas.fill(torso, character.outfit)
    with canvas.inside(torso):
        for side in (-1, 1):
            arm, inner = _armpit(half_width), _armpit(half_width)
            inner[:, 0] -= np.linspace(0, 60, len(inner)) ** 0.8
            shade = np.concatenate([arm, inner[::-1]]) * [side, 1]
            canvas.fill(_on_body(pose, shade), cloth_shadow(character.outfit))
        if character.band > 0.01:
            y, thick = NECK_FOOT + 118, 20 * character.band
            belt = smooth([(-190, y - 10), (0, y + 8), (190, y - 10)])
            band = _on_body(pose, np.concatenate([belt, moved(belt, 0, thick)[::-1]]))
            _paint_outlined(canvas, band, character.stripe, character.ink, LINE * 0.7)
    canvas.outline(torso, LINE, character.ink)
    for side in (-1, 1):
        arm = _armpit(half_width)
        canvas.stroke(_on_body(pose, arm * [side, 1]), 2.6, character.ink, thickest=0.6)


def _armpit(shoulder: float) -> np.ndarray:
    """Return the line between the right arm and the chest, from the armpit down."""
    x, y = shoulder - 34, NECK_FOOT + 92
    upper = bezier((x, y), (x + 10, y + 50), (x + 8, y + 110))
    return np.concatenate([upper, [(x, BOTTOM)]])


def _draw_sailor_collar(canvas: Canvas, character: Character, pose: Pose) -> None:
    size = character.sailor
    depth = NECK_FOOT + character.neckline
    for side in (-1, 1):
        inner = bezier(
            (NECK_WIDTH + 10, NECK_FOOT - 10), (NECK_WIDTH, NECK_FOOT + 24), (0, depth + 6)
        )
        outer = bezier(
            (8 * size, depth + 16),
            (54 * size, NECK_FOOT + 60 * size),
            (92 * size, NECK_FOOT + 34),
            (NECK_WIDTH + 50 * size, NECK_FOOT + 4),
        )
        panel = _grown(np.concatenate([inner, outer]), size)
        placed = _on_body(pose, panel * [side, 1])
        canvas.fill(placed, character.collar)
        with canvas.inside(placed):
            line = _grown((outer - [0, 9]) * [0.9, 1], size)
            canvas.stroke(_on_body(pose, line * [side, 1]), 4.5, character.stripe)
        canvas.outline(placed, LINE, character.ink)


def _draw_lapels(canvas: Canvas, character: Character, pose: Pose) -> None:
    size = character.lapel
    depth = NECK_FOOT + character.neckline
    opening = [
        (NECK_WIDTH + 12, NECK_FOOT - 4),
        (0, depth + 70 * size),
        (-NECK_WIDTH - 12, NECK_FOOT - 4),
        (0, depth),
    ]
    shirt = _on_body(pose, opening)
    _paint_outlined(canvas, shirt, character.shirt, character.ink, LINE * 0.8)
    for side in (-1, 1):
        flap = np.array(
            [
                (NECK_WIDTH + 4, NECK_FOOT - 14),
                (NECK_WIDTH + 18, NECK_FOOT + 6),
                (14, NECK_FOOT + 46),
                (0, NECK_FOOT + 20),
            ]
        )
        _paint_outlined(
            canvas,
            _on_body(pose, _grown(flap, size) * [side, 1]),
            character.shirt,
            character.ink,
            LINE * 0.8,
        )
        lapel = np.array(
            [
                (NECK_WIDTH + 14, NECK_FOOT - 6),
                (NECK_WIDTH + 44, NECK_FOOT + 22),
                (NECK_WIDTH + 30, NECK_FOOT + 44),
                (NECK_WIDTH + 36, NECK_FOOT + 52),
                (0, depth + 72),
            ]
        )
        _paint_outlined(
            canvas, _on_body(pose, _grown(lapel, size) * [side, 1]), character.collar, character.ink
        )
    opening_line = bezier((0, depth + 72), (2, depth + 120), (0, BOTTOM))
    canvas.stroke(_on_body(pose, opening_line), 3 * size, character.ink, thickest=0.2)


def _draw_tie(canvas: Canvas, character: Character, pose: Pose) -> None:
    size = character.tie
    top = NECK_FOOT + 22
    tail = np.array([(-6, 16), (6, 16), (15, 96), (0, 116), (-15, 96)]) * size + [0, top]
    knot = np.array([(-11, 0), (11, 0), (7, 20), (-7, 20)]) * size + [0, top]
    placed = _on_body(pose, tail)
    canvas.fill(placed, character.accent)
    with canvas.inside(placed):
        for y in (44, 70):
            stripe = np.array([(-22, y + 12), (22, y - 6), (22, y + 3), (-22, y + 21)]) * size + [
                0,
                top,
            ]
            canvas.fill(_on_body(pose, stripe), character.stripe)
    canvas.outline(placed, LINE * size, character.ink)
    _paint_outlined(canvas, _on_body(pose, knot), character.accent, character.ink, LINE * size)


def _draw_bow(canvas: Canvas, character: Character, pose: Pose) -> None:
    size = character.bow
    y = NECK_FOOT + character.neckline + 8
    shadow = cloth_shadow(character.accent)
    for side in (-1, 1):
        tail = np.array([(2, 4), (14, 2), (34, 70), (20, 62), (10, 74)]) * size
        loop = smooth(
            np.array([(0, 0), (26, -22), (52, -20), (50, 6), (46, 24), (22, 16)]) * size,
            closed=True,
        )
        _paint_outlined(
            canvas, _on_body(pose, tail * [side, 1] + [0, y]), shadow, character.ink, LINE * size
        )
        placed = _on_body(pose, loop * [side, 1] + [0, y])
        canvas.fill(placed, character.accent)
        with canvas.inside(placed):
            fold = np.array([(0, -2), (30, 8), (60, 30), (20, 30)]) * size * [side, 1] + [0, y]
            canvas.fill(_on_body(pose, fold), shadow)
        canvas.outline(placed, LINE * size, character.ink)
    knot = smooth(mirrored([(0, -11), (11, -9), (12, 8), (0, 12)]) * size, closed=True)
    _paint_outlined(
        canvas, _on_body(pose, moved(knot, 0, y)), character.accent, character.ink, LINE * size
    )
