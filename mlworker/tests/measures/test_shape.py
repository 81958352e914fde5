import itertools

import cv2
import numpy as np
import pytest

from mlworker.measures import shape

SIDE = 200


def disc(radius: float, x: float = 100, y: float = 100):
    rows, columns = np.mgrid[:SIDE, :SIDE]
    return (rows - y) ** 2 + (columns - x) ** 2 <= radius**2


def ellipse(long: int, short: int, angle: float):
    canvas = np.zeros((SIDE, SIDE), dtype=np.uint8)
    cv2.ellipse(canvas, (100, 100), (long, short), angle, 0, 360, 1, -1)
    return canvas > 0


@pytest.mark.parametrize("radius", [8, 15, 40, 80])
def test_a_disc_has_its_area_its_perimeter_and_is_round(radius):
    mask = disc(radius)
    assert shape.area(mask) == pytest.approx(np.pi * radius**2, rel=0.03)
    assert shape.perimeter(mask) == pytest.approx(2 * np.pi * radius, rel=0.03)
    assert shape.roundness(mask) > 0.92
    assert shape.convexity(mask) > 0.93
    assert shape.elongation(mask) == pytest.approx(1, abs=0.02)
    assert shape.lobes(mask) == 1


@pytest.mark.parametrize("angle", [0, 30, 45, 77])
def test_an_ellipse_has_its_elongation_at_every_angle(angle):
    assert shape.elongation(ellipse(60, 30, angle)) == pytest.approx(2, rel=0.03)


def test_a_square_is_less_round_than_a_disc():
    mask = np.zeros((SIDE, SIDE), dtype=bool)
    mask[50:150, 50:150] = True
    assert shape.roundness(mask) == pytest.approx(np.pi / 4, abs=0.04)
    assert shape.convexity(mask) > 0.98


def test_a_crescent_is_not_convex():
    assert shape.convexity(disc(60) & ~disc(50, x=140)) < 0.8


@pytest.mark.parametrize("count", [2, 3, 4])
def test_lobes_joined_by_threads_are_counted(count):
    canvas = np.zeros((SIDE, SIDE), dtype=np.uint8)
    centres = [(round(100 + 55 * np.cos(a)), round(100 + 55 * np.sin(a))) for a in np.arange(count) * 1.5]
    for centre in centres:
        cv2.circle(canvas, centre, 24, 1, -1)
    for start, end in itertools.pairwise(centres):
        cv2.line(canvas, start, end, 1, 5)
    assert shape.lobes(canvas > 0) == count


def test_an_empty_mask_measures_nothing():
    empty = np.zeros((9, 9), dtype=bool)
    assert (shape.area(empty), shape.roundness(empty), shape.convexity(empty), shape.lobes(empty)) == (0, 0, 0, 0)
    assert shape.polygon(empty) == ()


def test_a_polygon_encloses_its_mask():
    mask = ellipse(60, 30, 20)
    drawn = np.zeros((SIDE, SIDE), dtype=np.uint8)
    cv2.fillPoly(drawn, [np.array(shape.polygon(mask))], 1)
    both = np.count_nonzero(mask & (drawn > 0))
    assert 2 * both / (mask.sum() + drawn.sum()) > 0.98
