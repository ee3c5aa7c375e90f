"""Drawing of a character in a pose, for the sample clips."""

from .canvas import Canvas
from .characters import Character
from .face import draw_face
from .hair import draw_hair_behind, draw_hair_on_top, draw_side_locks, fringe_shade
from .outfit import draw_body
from .pose import Pose


def draw_character(canvas: Canvas, character: Character, pose: Pose) -> None:
    """Paint a character in a pose, from its hindmost parts to its foremost ones."""
    draw_hair_behind(canvas, character, pose)
    draw_body(canvas, character, pose)
    draw_face(canvas, character, pose, fringe_shade(character, pose))
    draw_side_locks(canvas, character, pose)
    draw_hair_on_top(canvas, character, pose)
