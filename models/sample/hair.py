"""Drawing of the hair: the back and the tails, the crown and fringe, the locks beside the face."""

import numpy as np

from .canvas import Canvas, Colour, mix
from .characters import Character
from .curves import bezier, moved, ribbon, smooth
from .face import LINE
from .pose import Pose

# How near to the viewer the parts lie, in units: nearer parts move more when the head turns.
BACK_DEPTH, TAIL_DEPTH, SIDE_DEPTH, FRONT_DEPTH = -28.0, -20.0, 34.0, 40.0
TEMPLE = np.array([90.0, 26.0])  # where the fringe ends
SHADE_DROP = 13.0  # units from the fringe to the end of its shade on the face


def hair_shadow(character: Character) -> Colour:
    """Return the colour of hair in the shade, which lies between the hair's and the ink's."""
    return mix(character.hair, character.ink, 0.34)


def hair_light(character: Character) -> Colour:
    """Return the colour of the shine on the crown."""
    return mix(character.hair, (255, 252, 244), 0.48)


def draw_hair_behind(canvas: Canvas, character: Character, pose: Pose) -> None:
    """Paint the hair that hangs behind the body: the tails and the back."""
    if character.ponytail > 0.01:
        _draw_ponytail(canvas, character, pose)
    if character.twin_tails > 0.01:
        for side in (-1, 1):
            _draw_twin_tail(canvas, character, pose, side)
    _draw_back(canvas, character, pose)


def draw_side_locks(canvas: Canvas, character: Character, pose: Pose) -> None:
    """Paint the locks that hang beside the face, in front of it."""
    half_width, end = character.side_width, character.side_length
    for side in (-1, 1):
        centre = bezier((79, -40), (88, 10), (84, end * 0.7), (76 + character.curl * 0.4, end))
        position = np.linspace(0, 1, len(centre))
        half = half_width * (0.55 + 0.7 * position) * np.sqrt(np.clip(1 - position**3, 0, 1)) * 0.62
        shape = pose.on_hair(ribbon(centre, half) * [side, 1], SIDE_DEPTH, delay=0.25 * side)
        inner = _shifted(centre, -0.55 * half)
        shade = np.concatenate([inner, inner[::-1] - [half_width, 0]]) * [side, 1]
        canvas.fill(shape, character.hair)
        with canvas.inside(shape):
            placed = pose.on_hair(shade, SIDE_DEPTH, delay=0.25 * side)
            canvas.fill(placed, hair_shadow(character))
        canvas.outline(shape, LINE, character.ink)
        line = _shifted(centre, 0.25 * half)[12:-4]
        placed = pose.on_hair(line * [side, 1], SIDE_DEPTH, delay=0.25 * side)
        canvas.stroke(placed, 2.0, character.ink)


def draw_hair_on_top(canvas: Canvas, character: Character, pose: Pose) -> None:
    """Paint the crown, the fringe and the lock that stands up."""
    if character.ahoge > 0.01:
        _draw_ahoge(canvas, character, pose)
    locks = _fringe(character)
    shape = pose.on_hair(np.concatenate([_crown(), *locks[::-1]]), FRONT_DEPTH)
    canvas.fill(shape, character.hair)
    with canvas.inside(shape):
        _draw_shine(canvas, character, pose)
        for lock in locks:  # in the picture, the right part of every lock lies in the shade
            right, tip = lock[0], lock[len(lock) // 2]
            inner = bezier(tip, (tip + right) / 2 - [13, 0], right - [5, 22])
            shade = np.concatenate([lock[: len(lock) // 2], inner])
            canvas.fill(pose.on_hair(shade, FRONT_DEPTH), hair_shadow(character))
    canvas.outline(shape, LINE, character.ink)
    parting = np.array([character.parting, -112.0])
    for i, lock in enumerate(locks[1:]):  # lines from the gaps towards the parting
        gap = lock[-1]
        curve = bezier(gap, gap * [0.97, 1] - [0, 24], gap + (parting - gap) * (0.4, 0.62)[i % 2])
        canvas.stroke(pose.on_hair(curve, FRONT_DEPTH), 2.6, character.ink, thickest=0.12)


def fringe_shade(character: Character, pose: Pose) -> np.ndarray:
    """Return the outline of the fringe's shadow on the face, in the drawing's units."""
    shape = np.concatenate([_crown(), *_fringe(character)[::-1]])
    return pose.on_hair(moved(shape, 3, SHADE_DROP), FRONT_DEPTH * 0.6)


def _crown() -> np.ndarray:
    x, y = TEMPLE
    return smooth(
        [
            (-x, y),
            (-95, -30),
            (-84, -78),
            (-50, -114),
            (0, -127),
            (50, -114),
            (84, -78),
            (95, -30),
            (x, y),
        ]
    )


def _fringe(character: Character) -> list[np.ndarray]:
    """Return the lower edges of the fringe's locks, left to right; each runs right to left."""
    gaps = np.array([-TEMPLE[0], -60, -29, 0, 29, 60, TEMPLE[0]])
    heights = np.array(character.fringe)
    notches = (heights[1:] + heights[:-1]) / 2 - character.fringe_notch
    notches = np.concatenate([[TEMPLE[1]], notches, [TEMPLE[1]]])
    locks = []
    for i, height in enumerate(heights):
        left, right = np.array([gaps[i], notches[i]]), np.array([gaps[i + 1], notches[i + 1]])
        tip = np.array([(gaps[i] + gaps[i + 1]) / 2 + character.fringe_sweep, height])
        falling = right + (tip - right) * [0.22, 0.62]
        rising = left + (tip - left) * [0.22, 0.62]
        locks.append(np.concatenate([bezier(right, falling, tip), bezier(tip, rising, left)]))
    return locks


def _draw_shine(canvas: Canvas, character: Character, pose: Pose) -> None:
    """Paint the jagged band of light around the crown."""
    x = np.linspace(-80, 80, 33)
    arch = -58 - 26 * np.sqrt(1 - (x / 92) ** 2)
    fade = np.sqrt(np.clip(1 - (x / 80) ** 2, 0, 1))
    upper = np.stack([x, arch - (6 + np.resize([0.0, 2, 4, 1], len(x))) * fade], axis=1)
    lower = np.stack([x, arch + (5 + np.resize([0.0, 14, 2, 7], len(x))) * fade], axis=1)
    band = np.concatenate([upper, lower[::-1]])
    # The light moves less than the hair when the head turns, so its depth is smaller.
    canvas.fill(pose.on_head(band, FRONT_DEPTH * 0.3), hair_light(character))


def _draw_ahoge(canvas: Canvas, character: Character, pose: Pose) -> None:
    size = character.ahoge
    centre = bezier((4, -120), (0, -120 - 34 * size), (34 * size, -122 - 44 * size))
    position = np.linspace(0, 1, len(centre))
    shape = ribbon(centre, 7 * size * np.sin(np.pi * (0.25 + 0.75 * position)))
    looseness = 0.9 * np.concatenate([position, position[::-1]])
    placed = pose.on_hair(shape, FRONT_DEPTH * 0.5, looseness)
    canvas.fill(placed, character.hair)
    canvas.outline(placed, LINE * min(1, 3 * size), character.ink)


def _draw_back(canvas: Canvas, character: Character, pose: Pose) -> None:
    """Paint the back of the hair, which ends in five locks."""
    end, half_width = character.back_length, character.back_width
    curl = character.curl * min(end / 150, 1.0)
    right = smooth(
        [
            (0, -122),
            (60, -108),
            (93, -60),
            (98, 0),
            (half_width, end * 0.62),
            (half_width + curl * 0.3, end * 0.84),
        ]
    )
    tips = np.linspace(1, -1, 5)
    edge: list[np.ndarray] = []
    for i, across in enumerate(tips):
        tip = np.array([across * (half_width + curl), end + (10 if i % 2 else 0)])
        notch = np.array([(across - 0.25) * half_width * 0.95, end * 0.9 - 8])
        start = edge[-1][-1] if edge else right[-1]
        edge.append(bezier(start, (start + tip) / 2 + [4 * across, 3], tip))
        if i < 4:
            edge.append(bezier(tip, (tip + notch) / 2 + [0, 3], notch))
    left = right[::-1] * [-1, 1]
    shape = pose.on_hair(np.concatenate([right, *edge, left]), BACK_DEPTH)
    canvas.fill(shape, hair_shadow(character))
    with canvas.inside(shape):
        for side in (-1, 1):  # the outer strands catch the light
            band = ribbon(
                bezier((90 * side, -50), (98 * side, 40), (half_width * 0.86 * side, end)),
                11.0,
            )
            canvas.fill(pose.on_hair(band, BACK_DEPTH, delay=0.1 * side), character.hair)
    canvas.outline(shape, LINE, character.ink)
    for place in (-0.62, -0.3, 0.3, 0.62):
        strand = bezier(
            (place * 110, 10), (place * 120, end * 0.5), (place * half_width * 1.1, end - 6)
        )
        canvas.stroke(pose.on_hair(strand, BACK_DEPTH), 2.2, character.ink)


def _draw_tail(
    canvas: Canvas, character: Character, pose: Pose, centre: np.ndarray, width: float, delay: float
) -> None:
    """Paint a bundle of hair along a curve, with a second tip behind it."""
    position = np.linspace(0, 1, len(centre))
    half_width = np.sin(np.pi * np.clip(0.12 + 0.88 * position**0.8, 0, 1)) ** 0.7 * width

    def placed(points: np.ndarray, positions: np.ndarray) -> np.ndarray:
        return pose.on_hair(points, TAIL_DEPTH, 0.95 * positions, delay)

    both = np.concatenate([position, position[::-1]])  # a ribbon has two edges
    line_width = LINE * min(1, width / 12)
    outward = np.sign(centre[-1, 0]) * half_width
    second = _shifted(centre, 0.5 * np.sign(outward) * width * position**2, -10 * position**2)
    behind = placed(ribbon(second, half_width * 0.8), both)
    front = placed(ribbon(centre, half_width), both)
    canvas.fill(behind, hair_shadow(character))
    canvas.outline(behind, line_width, character.ink)
    canvas.fill(front, character.hair)
    with canvas.inside(front):
        inner = _shifted(centre, -0.75 * outward)
        canvas.fill(placed(ribbon(inner, half_width * 0.5), both), hair_shadow(character))
        shine_span = slice(6, 13)
        shine = ribbon(_shifted(centre, 0.3 * outward)[shine_span], half_width[shine_span] * 0.22)
        both_in_span = np.concatenate([position[shine_span], position[shine_span][::-1]])
        canvas.fill(placed(shine, both_in_span), hair_light(character))
    canvas.outline(front, line_width, character.ink)
    for offset in (-0.25, 0.3):
        line = _shifted(centre, offset * half_width)
        canvas.stroke(placed(line, position)[5:-1], 2.2, character.ink)


def _shifted(points: np.ndarray, right: np.ndarray, down: np.ndarray | float = 0.0) -> np.ndarray:
    """Return a curve with every point moved by its own amount."""
    return points + np.stack(np.broadcast_arrays(right, down), axis=1)


def _draw_twin_tail(canvas: Canvas, character: Character, pose: Pose, side: int) -> None:
    size = character.twin_tails
    root = np.array([82.0, -62.0])
    curve = bezier(
        root,
        root + np.array([58, -30]) * size,
        root + np.array([66, 150]) * size,
        root + np.array([40 + character.curl, 290]) * size,
    )
    _draw_tail(canvas, character, pose, curve * [side, 1], 32 * size, 0.3 * side)
    tie = ribbon(moved(bezier((2, -16), (8, 0), (2, 16)), *root), 7.0 * size) * [side, 1]
    _draw_tie(canvas, character, pose, tie, size)


def _draw_ponytail(canvas: Canvas, character: Character, pose: Pose) -> None:
    size = character.ponytail
    root = np.array([46.0, -104.0])
    curve = bezier(
        root,
        root + np.array([90, -56]) * size,
        root + np.array([120, 130]) * size,
        root + np.array([60 + character.curl, 300]) * size,
    )
    _draw_tail(canvas, character, pose, curve, 36 * size, 0.2)
    tie = ribbon(moved(bezier((2, -10), (14, -2), (16, 14)), *root), 8.0 * size)
    _draw_tie(canvas, character, pose, tie, size)


def _draw_tie(
    canvas: Canvas, character: Character, pose: Pose, outline: np.ndarray, size: float
) -> None:
    placed = pose.on_head(outline, TAIL_DEPTH)
    canvas.fill(placed, character.accent)
    canvas.outline(placed, LINE * size, character.ink)
