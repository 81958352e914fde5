import cv2
import numpy as np
import pytest

from mlworker.cells import crops


def dot(side: int, centre: tuple[float, float], radius: float):
    rows, columns = np.mgrid[:side, :side]
    inside = (rows - centre[1]) ** 2 + (columns - centre[0]) ** 2 <= radius**2
    return np.where(inside[..., None], 60, 230).astype(np.uint8).repeat(3, axis=2)


@pytest.mark.parametrize(("um_per_pixel", "side"), [(0.05, 600), (0.1, 300), (0.2, 150), (0.41, 90)])
def test_a_cell_of_ten_micrometres_has_one_size_whatever_the_camera(um_per_pixel, side):
    centre = (side * 0.55, side * 0.45)
    cut = crops.crop(dot(side, centre, 5 / um_per_pixel), centre, um_per_pixel)
    mask = cut[..., 0] < 145
    assert cut.shape == (crops.SIDE, crops.SIDE, 3)
    assert 2 * (mask.sum() / np.pi) ** 0.5 * crops.UM_PER_PIXEL == pytest.approx(10, rel=0.03)
    rows, columns = np.nonzero(mask)
    assert (columns.mean(), rows.mean()) == pytest.approx((crops.SIDE / 2 - 0.5, crops.SIDE / 2 - 0.5), abs=0.7)


def test_beyond_the_border_the_picture_is_mirrored():
    image = np.random.default_rng(0).integers(0, 255, (80, 80, 3)).astype(np.uint8)
    image = np.asarray(cv2.GaussianBlur(image, (0, 0), 2))
    cut = crops.crop(image, (0, 40), crops.UM_PER_PIXEL)
    assert np.abs(cut[:, 40:55].astype(int) - cut[:, 70:55:-1].astype(int)).mean() < 12


def test_no_centre_gives_no_crop_and_the_scale_must_be_positive():
    image = dot(80, (40, 40), 10)
    assert crops.crops(image, [], 0.1).shape == (0, crops.SIDE, crops.SIDE, 3)
    assert crops.crops(image, [(1, 1), (40, 40)], 0.1).shape == (2, crops.SIDE, crops.SIDE, 3)
    with pytest.raises(ValueError, match="positive"):
        crops.crop(image, (1, 1), 0)
