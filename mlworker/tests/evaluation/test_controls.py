import cv2
import numpy as np
import pytest

from mlworker.evaluation import controls
from mlworker.phantom import FieldKind, draw_field, random_look

BENIGN, LEUKAEMIA = 0, 1
KINDS = (FieldKind.BENIGN, FieldKind.LEUKEMIA)


@pytest.fixture(scope="module")
def fields():
    """Twelve drawn fields, half of each class: a slide of its own look for each class, as in the confounded set."""
    looks = {label: random_look(np.random.default_rng(40 + label)) for label in (BENIGN, LEUKAEMIA)}
    return [
        draw_field(300 + number, kind=KINDS[number % 2], width=320, height=240, look=looks[number % 2])
        for number in range(12)
    ]


@pytest.fixture(scope="module")
def images(fields):
    return np.stack([field.image for field in fields])


@pytest.fixture(scope="module")
def cells(fields):
    return np.stack([field.cell_labels > 0 for field in fields])


LABELS = [BENIGN, LEUKAEMIA] * 6


def test_painting_over_leaves_everything_away_from_the_cells(images, cells):
    for image, mask in zip(images, cells, strict=True):
        painted = controls.paint_over_cells(image, mask)
        changed = (painted != image).any(axis=2)
        near = np.argwhere(changed & ~mask)
        assert changed[mask].mean() > 0.9
        assert all(mask[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3].any() for y, x in near)


def test_painted_over_cells_have_the_brightness_of_their_surroundings(images, cells):
    for image, mask in zip(images, cells, strict=True):
        painted = controls.paint_over_cells(image, mask)
        darker_before = image[~mask].mean() - image[mask].mean()
        darker_after = painted[~mask].mean() - painted[mask].mean()
        assert darker_before > 10
        assert darker_after < darker_before / 2


def test_laid_cells_and_their_new_background_keep_their_pixels(images, cells):
    flat = np.full_like(images[0], 200)
    laid = controls.lay_cells_on(images[0], cells[0], flat)
    inner = cv2.erode(cells[0].astype(np.uint8), np.ones((11, 11))) > 0
    outer = cv2.dilate(cells[0].astype(np.uint8), np.ones((11, 11))) == 0
    assert inner.any()
    np.testing.assert_array_equal(laid[inner], images[0][inner])
    np.testing.assert_array_equal(laid[outer], flat[outer])


@pytest.mark.parametrize(("reads_cells", "shares"), [(True, (1, 0)), (False, (0, 1))])
def test_a_model_that_memorised_one_part_of_each_picture_follows_that_part(images, cells, reads_cells, shares):
    places = cells if reads_cells else np.broadcast_to(~cells.any(axis=0), cells.shape)

    def predict(swapped):
        return np.array([LABELS[_most_alike(picture, images, places)] for picture in swapped])

    outcome = _swapped(predict, images, cells)
    assert (outcome.follows_cells, outcome.follows_background) == shares


def test_an_answer_of_neither_class_is_counted_separately(images, cells):
    outcome = _swapped(lambda swapped: np.full(len(swapped), 9), images, cells)
    assert (outcome.follows_cells, outcome.follows_background, outcome.follows_neither) == (0, 0, 1)
    assert outcome.pictures == len(images)


def test_answers_are_counted_by_what_they_follow():
    outcome = controls.swap_outcome(np.array([0, 0, 2, 1]), np.array([0, 1, 1, 1]), np.array([1, 0, 0, 0]))
    assert (outcome.follows_cells, outcome.follows_background, outcome.follows_neither) == (0.5, 0.25, 0.25)


def _swapped(predict, images, cells):
    """The outcome of `predict` for the cells of every picture on the background of a picture of another class."""
    partners, classes = np.roll(np.arange(len(images)), 1), np.array(LABELS)
    empty = [controls.paint_over_cells(image, mask) for image, mask in zip(images, cells, strict=True)]
    laid = [controls.lay_cells_on(images[i], cells[i], empty[partner]) for i, partner in enumerate(partners)]
    return controls.swap_outcome(predict(np.stack(laid)), classes, classes[partners])


def _most_alike(picture, images, places):
    """The number of the image that differs least from `picture` at the places of that image."""
    differences = [
        np.abs(picture[where].astype(float) - image[where]).mean() for image, where in zip(images, places, strict=True)
    ]
    return int(np.argmin(differences))
