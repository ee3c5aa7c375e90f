"""Drawings of the shared assets placed before a background, with their masks."""

import cv2
import numpy as np
import torch
from PIL import Image

WIDTH, HEIGHT = 640, 480
SIZES = (0.2, 0.35, 0.5, 0.8, 1.0)  # of the picture's height
# Upright, half turned (mirrored and squeezed), and cut by the left, right and lower edge.
MODES = ("upright", "turned", "left", "right", "waist")


def placed_with_mask(assets, drawings, ground, size, mode, across=0.0, grown=0.0):
    """Return drawings before a background, one frame for each, and their masks.

    Args:
        assets: folder of the shared assets.
        drawings: names of the drawings.
        ground: name of a painted background, "grey", or frames to draw into.
        size: height of the figure as a share of the picture's.
        mode: one of `MODES`.
        across: distance of the figure from the middle, as a share of the width.
        grown: width by which the mask is larger than the figure, as a share of its height.
    """
    frames, masks = [], []
    for index, drawing in enumerate(drawings):
        picture, mask = _placed(assets, drawing, _ground(assets, ground, index), size, mode, across)
        frames.append(picture)
        masks.append(_grown(mask, grown))
    return torch.stack(frames), torch.stack(masks)


def _ground(assets, ground, index):
    if isinstance(ground, torch.Tensor):
        return Image.fromarray((ground[index] * 255).round().byte().numpy())
    if ground == "grey":
        return Image.new("RGB", (WIDTH, HEIGHT), (150, 150, 150))
    picture = Image.open(assets / "backgrounds" / f"{ground}.jpg").convert("RGB")
    return picture.resize((WIDTH, HEIGHT), box=(160, 0, 1120, 720))


def _placed(assets, drawing, ground, size, mode, across):
    figure = Image.open(assets / "characters" / f"{drawing}.png").convert("RGBA")
    figure = figure.crop(figure.getchannel("A").getbbox())
    height = round(size * HEIGHT)
    width = round(figure.width * height / figure.height * (0.6 if mode == "turned" else 1))
    figure = figure.resize((width, height), Image.Resampling.LANCZOS)
    if mode == "turned":
        figure = figure.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    x = {"left": -width // 2, "right": WIDTH - width // 2}.get(mode, (WIDTH - width) // 2)
    y = HEIGHT - height // 2 if mode == "waist" else HEIGHT - height
    x += round(across * WIDTH)
    ground.paste(figure, (x, y), figure)
    mask = Image.new("L", ground.size)
    mask.paste(figure.getchannel("A"), (x, y))
    return tuple(torch.from_numpy(np.asarray(each, np.float32) / 255) for each in (ground, mask))


def _grown(mask, share):
    radius = round(abs(share) * int((mask > 0.5).any(dim=1).sum()))
    if not radius:
        return mask
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    change = cv2.dilate if share > 0 else cv2.erode
    return torch.from_numpy(change(mask.numpy(), kernel))
