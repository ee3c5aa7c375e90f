import numpy as np
import torch

from anime_production.models.character.cut_out import CUT_PIXELS, Label, cut_out, reduced


def pictured():
    """A noisy picture with a blue disc, its true figure, and labels that show half of it."""
    y, x = np.mgrid[0:96, 0:128]
    disc = (x - 64) ** 2 + (y - 48) ** 2 < 30**2
    noise = np.random.default_rng(1).integers(0, 40, (96, 128, 3))
    picture = np.where(disc[..., None], (20, 40, 150), (170, 160, 120)) + noise
    labels = np.where(disc & (x < 70), Label.LIKELY_FIGURE, Label.LIKELY_BACKGROUND)
    labels[:3] = labels[:, :3] = labels[:, -3:] = Label.BACKGROUND
    return picture.astype(np.uint8), disc, labels


def test_the_whole_figure_is_cut_out_from_a_part_of_it():
    picture, disc, labels = pictured()
    figure = cut_out(picture, labels)
    assert (figure & disc).sum() / (figure | disc).sum() > 0.98


def test_the_same_picture_gives_the_same_figure_whatever_was_cut_before():
    picture, _, labels = pictured()
    first = cut_out(picture, labels)
    cut_out(picture[::-1], labels[::-1])
    assert np.array_equal(cut_out(picture, labels), first)


def test_labels_and_picture_are_not_changed():
    picture, _, labels = pictured()
    before = picture.copy(), labels.copy()
    cut_out(picture, labels)
    assert np.array_equal(picture, before[0])
    assert np.array_equal(labels, before[1])


def test_labels_without_figure_or_without_background_are_the_answer_themselves():
    picture, _, labels = pictured()
    assert not cut_out(picture, np.full_like(labels, Label.BACKGROUND)).any()
    assert cut_out(picture, np.full_like(labels, Label.LIKELY_FIGURE)).all()


def test_a_reduced_picture_keeps_its_shape_and_a_small_one_its_size():
    height, width = reduced(torch.zeros(1, 720, 1280, 3), CUT_PIXELS).shape[1:3]
    assert abs(height * width - CUT_PIXELS) < 200
    assert abs(width / height - 16 / 9) < 0.03
    assert reduced(torch.zeros(2, 60, 80, 3), CUT_PIXELS).shape == (2, 60, 80, 3)
