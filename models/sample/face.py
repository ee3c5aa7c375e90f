"""Drawing of the head without its hair: face, ears, eyes, brows, nose and mouth."""

import numpy as np

from .canvas import Canvas, Colour, mix
from .characters import Character
from .curves import bezier, ellipse, mirrored, moved, smooth
from .pose import Pose

LINE = 2.4  # units, the outline of every large shape
# How near to the viewer the parts lie, in units: nearer parts move more when the head turns.
FACE_DEPTH, EYE_DEPTH, NOSE_DEPTH = 14.0, 52.0, 70.0
EYE_LINE = 32.0  # y of the middle of the eyes
BLUSH: Colour = (240, 120, 110)
WHITE_OF_EYE: Colour = (241, 242, 246)
LIGHT_IN_EYE: Colour = (250, 250, 250)


def face_outline(character: Character) -> np.ndarray:
    """Return the outline of face and skull, measured from the middle of the head."""
    jaw, chin = character.jaw, character.chin
    return smooth(
        mirrored(
            [
                (0, -104),
                (46, -92),
                (76, -46),
                (79, 6),
                (75, 38),
                (jaw + 6, 62),
                (jaw * 0.62, chin - 18),
                (jaw * 0.24, chin - 4),
                (0, chin),
            ]
        ),
        closed=True,
    )


def skin_shadow(character: Character) -> Colour:
    """Return the colour of skin in the shade, which is darker and redder."""
    red, green, blue = character.skin
    return red * 0.91, green * 0.79, blue * 0.80


def draw_face(canvas: Canvas, character: Character, pose: Pose, fringe_shade: np.ndarray) -> None:
    """Paint the face.

    Args:
        canvas: canvas to paint on.
        character: character whose face it is.
        pose: position of the head, and how far the eyes are open.
        fringe_shade: outline of the fringe's shadow on the face, in the drawing's units.
    """
    for side in (-1, 1):
        _draw_ear(canvas, character, pose, side)
    outline = pose.on_head(face_outline(character), FACE_DEPTH)
    canvas.fill(outline, character.skin)
    with canvas.inside(outline):
        for side in (-1, 1):
            blush = ellipse(side * (character.eye_spacing + 12), EYE_LINE + 32, 15, 7)
            canvas.fill(pose.on_head(blush, EYE_DEPTH * 0.7), mix(character.skin, BLUSH, 0.22))
        canvas.fill(fringe_shade, skin_shadow(character))
    canvas.outline(outline, LINE, character.ink)
    _draw_nose_and_mouth(canvas, character, pose)
    for side in (-1, 1):
        _draw_eye(canvas, character, pose, side)
        _draw_brow(canvas, character, pose, side)


def _draw_ear(canvas: Canvas, character: Character, pose: Pose, side: int) -> None:
    ear = smooth([(70, 16), (84, 10), (90, 22), (84, 44), (70, 52)]) * [side, 1]
    canvas.fill(pose.on_head(ear), skin_shadow(character))
    canvas.outline(pose.on_head(ear), LINE * 0.8, character.ink, closed=False)


def _draw_nose_and_mouth(canvas: Canvas, character: Character, pose: Pose) -> None:
    nose = pose.on_head(bezier((-1, 60), (3, 64), (-2, 67)), NOSE_DEPTH)
    canvas.stroke(nose, 2.4, mix(character.ink, character.skin, 0.3))
    y = character.chin - 24
    mouth = pose.on_head(bezier((-13, y - 1), (-6, y + 6), (6, y + 6), (13, y - 1)), EYE_DEPTH)
    canvas.stroke(mouth, 3.2, mix(character.ink, (150, 40, 40), 0.35))
    lip = pose.on_head(bezier((-4, y + 10), (0, y + 11.5), (4, y + 10)), EYE_DEPTH)
    canvas.stroke(lip, 1.8, skin_shadow(character))


def _draw_brow(canvas: Canvas, character: Character, pose: Pose, side: int) -> None:
    x, slant = character.eye_spacing, character.brow_slant
    y = EYE_LINE - character.eye_height - character.brow_height * 0.55 + 2 * (1 - pose.lids)
    curve = bezier((x - 20, y + 2 + slant), (x + 2, y - 7), (x + 24, y + 4 - slant))
    brow = pose.on_head(curve * [side, 1], EYE_DEPTH)
    canvas.stroke(brow, 3.6, mix(character.ink, character.hair, 0.35), thickest=0.35)


def _draw_eye(canvas: Canvas, character: Character, pose: Pose, side: int) -> None:
    half_width, half_height = character.eye_width, character.eye_height
    slant = character.eye_slant
    shut = bezier(
        (-half_width, 4),
        (-half_width * 0.5, half_height * 0.72),
        (half_width * 0.6, half_height * 0.72),
        (half_width, 2),
    )
    open_above = bezier(
        (-half_width, 5),
        (-half_width * 0.95, -half_height * 1.25),
        (half_width * 0.8, -half_height * 1.35),
        (half_width, -2 - slant),
    )
    open_below = bezier(
        (-half_width, 5),
        (-half_width * 0.7, half_height * 1.18),
        (half_width * 0.62, half_height * 1.18),
        (half_width, -2 - slant),
    )
    above = shut + (open_above - shut) * pose.lids
    below = shut + (open_below - shut) * min(pose.lids * 1.6, 1.0)

    # When the head turns, the eye on the far side gets narrower.
    narrowed = 1.0 + 0.5 * pose.turn * side

    def place(points: np.ndarray) -> np.ndarray:
        points = points * [narrowed, 1] + [character.eye_spacing, EYE_LINE]
        return pose.on_head(points * [side, 1], EYE_DEPTH)

    opening = place(np.concatenate([above, below[::-1]]))
    if pose.lids > 0.02:
        canvas.fill(opening, WHITE_OF_EYE)
        with canvas.inside(opening):
            canvas.fill(place(np.concatenate([above, moved(above, 0, 9)[::-1]])), (206, 208, 224))
            _draw_iris(canvas, character, pose, side)
        lower_lash = place(below[len(below) // 2 - 3 :])
        canvas.stroke(lower_lash, 2.4, mix(character.ink, character.skin, 0.15), thickest=0.6)
    wing = np.array([[half_width + 5.0, above[-1, 1] - 3.0]])
    lash = np.concatenate([above, wing])
    canvas.stroke(place(moved(lash, 0, -1)), 7.0, character.ink, thickest=0.72)
    crease = bezier(
        (-half_width * 0.55, -half_height * 1.08),
        (half_width * 0.1, -half_height * 1.42),
        (half_width * 0.85, -half_height * 0.95 - slant),
    )
    crease = moved(crease, 0, 0.6 * half_height * (1 - pose.lids))
    canvas.stroke(place(crease), 1.8, mix(character.ink, character.skin, 0.35))


def _draw_iris(canvas: Canvas, character: Character, pose: Pose, side: int) -> None:
    """Paint iris, pupil and highlights; the iris gets lighter downwards."""
    half_width, half_height = character.eye_width * 0.68, character.eye_height * 0.98
    # The eyes keep looking at the viewer, so the irises move back a little when the head turns.
    middle = np.array([character.eye_spacing * side - 24 * pose.turn, EYE_LINE])

    def paint(x: float, y: float, width: float, height: float, colour: Colour) -> None:
        spot = (
            ellipse(x * half_width, y * half_height, width * half_width, height * half_height)
            + middle
        )
        canvas.fill(pose.on_head(spot, EYE_DEPTH), colour)

    dark = mix(character.iris, character.ink, 0.5)
    light = mix(character.iris, (255, 250, 225), 0.45)
    paint(0, 0, 1, 1, mix(character.iris, character.ink, 0.8))
    paint(0, 0.02, 0.89, 0.92, dark)
    paint(0, 0.18, 0.86, 0.74, mix(dark, character.iris, 0.5))
    paint(0, 0.28, 0.82, 0.62, character.iris)
    paint(0, 0.5, 0.62, 0.38, mix(character.iris, light, 0.5))
    paint(0, 0.62, 0.46, 0.24, light)
    paint(0, 0, 0.36, 0.42, mix(character.iris, character.ink, 0.9))
    paint(-0.36, -0.36, 0.36, 0.29, LIGHT_IN_EYE)
    paint(0.42, 0.42, 0.17, 0.14, LIGHT_IN_EYE)
