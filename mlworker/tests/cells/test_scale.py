import cv2
import numpy as np
import pytest

from mlworker.cell_types import UNKNOWN_SCALE, ScaleSource
from mlworker.cells import scale
from mlworker.phantom.field import draw_field
from mlworker.phantom.types import FieldKind


def smear(radius: float, count: int = 30, side: int = 600):
    image = np.full((side, side, 3), (245, 235, 240), dtype=np.uint8)
    rng = np.random.default_rng(3)
    step = side // 6
    for n in range(count):
        x, y = (step * (n % 6) + step // 2, step * (n // 6) + step // 2)
        cv2.circle(image, (x, y), round(radius * rng.uniform(0.97, 1.03)), (220, 160, 160), -1, cv2.LINE_AA)
    return image


@pytest.mark.parametrize("radius", [9, 18, 36])
def test_red_cells_of_known_size_give_the_scale(radius):
    found = scale.from_red_cells(smear(radius))
    assert found.source is ScaleSource.RED_CELLS
    assert found.um_per_pixel == pytest.approx(7.2 / (2 * radius + 1), rel=0.12)
    assert found.low < 7.2 / (2 * radius + 1) < found.high


def test_an_empty_slide_has_no_scale():
    assert scale.from_red_cells(smear(10, count=0)) is UNKNOWN_SCALE


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_drawn_field_gives_the_scale_it_was_drawn_at(seed):
    field = draw_field(seed, kind=FieldKind.BENIGN)
    found = scale.from_red_cells(field.image, field.cell_labels > 0)
    assert found.source is ScaleSource.RED_CELLS
    assert found.low * 0.75 < 7.2 / 70 < found.high * 1.25


def test_a_plausible_stated_scale_is_used_and_others_are_refused():
    assert scale.of_camera(6.5, 100, 0.63).um_per_pixel == pytest.approx(0.1032, abs=1e-4)
    assert scale.stated(0.25).source is ScaleSource.STATED
    with pytest.raises(ValueError, match="microscope"):
        scale.stated(25)
    with pytest.raises(ValueError, match="positive"):
        scale.of_camera(6.5, 0)


def test_a_reduced_picture_may_be_coarser_than_a_camera():
    assert scale.taken(2.4).um_per_pixel == 2.4
    with pytest.raises(ValueError, match="microscope"):
        scale.stated(2.4)
