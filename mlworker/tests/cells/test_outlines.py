import numpy as np
import pytest

from mlworker.cells import outlines
from mlworker.training.cells.outline_data import targets


def maps(cells, nucleus=None):
    """The maps of a perfect network for these cells."""
    wanted = targets(cells, cells > 0 if nucleus is None else nucleus)
    logits = np.log((np.clip(wanted[..., :3], 1e-3, 1 - 1e-3)) / (1 - np.clip(wanted[..., :3], 1e-3, 1 - 1e-3)))
    return np.concatenate([logits, wanted[..., 3:]], axis=2).astype(np.float32)


def maps_of_dark_discs(image):
    """A network of one rule: what is dark is a cell with its nucleus; discs must not touch."""
    import cv2

    dark = (image[0, ..., 1] < -0.2).astype(np.uint8)
    _, labels = cv2.connectedComponents(dark)
    return maps(labels.astype(np.int32))[None]


def discs(*places, side=96):
    rows, columns = np.mgrid[:side, :side]
    cells = np.zeros((side, side), dtype=np.int32)
    for number, (x, y, radius) in enumerate(places, start=1):
        cells[(rows - y) ** 2 + (columns - x) ** 2 <= radius**2] = number
    return cells


@pytest.mark.parametrize("apart", [1.0, 0.8, 0.7])
def test_overlapping_cells_part(apart):
    cells = discs((35, 48, 15), (35 + round(30 * apart), 48, 15))
    found = outlines.instances(maps(cells))
    assert found.max() == 2
    for label in (1, 2):
        inside = found == label
        assert max((cells[inside] == n).mean() for n in (1, 2)) > 0.97


def test_a_clump_of_four_is_four_cells():
    cells = discs((36, 36, 13), (58, 36, 13), (36, 58, 13), (58, 58, 13))
    assert outlines.instances(maps(cells)).max() == 4


def test_a_speck_and_a_cell_without_a_nucleus_are_dropped():
    cells = discs((20, 20, 3), (60, 60, 14))
    assert outlines.instances(maps(cells)).max() == 1
    assert outlines.instances(maps(cells, nucleus=np.zeros(cells.shape, dtype=bool))).max() == 0


def test_an_empty_mask_gives_no_outline():
    assert outlines.instances(maps(np.zeros((64, 64), dtype=np.int32))).max() == 0


@pytest.mark.parametrize("um_per_pixel", [0.1, 0.2, 0.4, 0.45])
def test_outlines_come_back_in_the_pictures_own_size(um_per_pixel):
    side = round(60 / um_per_pixel)
    cells = discs((side // 2, side // 2, round(6 / um_per_pixel)), side=side)
    image = np.where(cells[..., None] > 0, 60, 235).astype(np.uint8).repeat(3, axis=2)
    found = outlines.find(image, um_per_pixel, maps_of_dark_discs)
    both = np.count_nonzero((found.labels == 1) & (cells == 1))
    assert 2 * both / (np.count_nonzero(found.labels) + np.count_nonzero(cells)) > 0.94
    assert not (found.nucleus & (found.labels == 0)).any()


def local_maps(image):
    """A network that looks five pixels far: the mean light around every pixel, five times over."""
    import cv2

    mean = cv2.blur(image[0, ..., 1], (11, 11), borderType=cv2.BORDER_CONSTANT)
    return np.repeat(mean[None, ..., None], 5, axis=3).astype(np.float32)


def test_a_large_picture_is_seen_in_tiles_without_a_seam(monkeypatch):
    image = np.random.default_rng(3).integers(0, 255, (200, 328, 3), dtype=np.uint8)
    whole = outlines._run(image, local_maps)
    monkeypatch.setattr(outlines, "TILE", 96)
    monkeypatch.setattr(outlines, "MARGIN", 16)
    assert np.abs(outlines._run(image, local_maps) - whole).max() < 1e-6


def test_a_coarse_picture_is_not_enlarged_without_end(monkeypatch):
    sizes = []

    def noted(image):
        sizes.append(image.shape[1] * image.shape[2])
        return np.zeros((*image.shape[:3], 5), dtype=np.float32)

    monkeypatch.setattr(outlines, "MOST_PIXELS", 40_000)
    assert outlines.find(np.full((300, 400, 3), 230, dtype=np.uint8), 1.5, noted).count == 0
    assert sum(sizes) <= 40_000 * 1.1
