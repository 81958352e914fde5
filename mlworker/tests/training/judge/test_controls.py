import numpy as np
import pytest

from mlworker.phantom import FieldKind, draw_field
from mlworker.training.judge import controls

SIDE = 128
SIZES = ((160, 120), (200, 150))
LABELS = np.array([0, 1] * 9)


@pytest.fixture(scope="module")
def fields():
    """Eighteen drawn fields of two sizes, benign and leukaemic in turn: more than one batch."""
    kinds = (FieldKind.BENIGN, FieldKind.LEUKEMIA)
    sizes = [SIZES[number // 2 % 2] for number in range(len(LABELS))]
    return [
        draw_field(number, kind=kinds[label], width=width, height=height).image
        for number, (label, (width, height)) in enumerate(zip(LABELS, sizes, strict=True))
    ]


def test_pictures_of_any_size_are_shown_squeezed_and_in_batches(fields):
    shapes = []

    def predict(images):
        shapes.append(images.shape)
        return np.zeros(len(images), dtype=int)

    found = controls.own(fields.__getitem__, LABELS, predict, side=SIDE)
    assert shapes == [(16, SIDE, SIDE, 3), (2, SIDE, SIDE, 3)] * 2
    assert found["own_answer_without_cells"] == 0.5
    swap = found["background_swap"]
    assert (swap["pictures"], swap["follows_cells"], swap["follows_background"]) == (18, 0.5, 0.5)


def test_swapped_pictures_have_the_dark_places_that_painted_over_ones_have_lost(fields):
    darkest = []

    def predict(images):
        darkest.extend(np.quantile(images[..., 1].reshape(len(images), -1), 0.01, axis=1))
        return np.zeros(len(images), dtype=int)

    controls.own(fields.__getitem__, LABELS, predict, side=SIDE)
    without_cells, swapped = np.array(darkest).reshape(2, -1)
    assert without_cells.mean() > swapped.mean() + 20


def test_one_class_alone_has_no_backgrounds_to_swap(fields):
    found = controls.own(
        lambda number: fields[2 * number], np.zeros(3, dtype=int), lambda images: np.ones(len(images)), side=SIDE
    )
    assert found == {"own_answer_without_cells": 0.0, "background_swap": None}
