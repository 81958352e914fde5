import numpy as np
import pytest

from mlworker.cells import outlines
from mlworker.training.cells import clumps, outline_data, outline_judge
from mlworker.training.cells.outline_data import Labelled


def cell(radius=40, side=120):
    rows, columns = np.mgrid[:side, :side]
    distance = (rows - side / 2) ** 2 + (columns - side / 2) ** 2
    mask = np.zeros((side, side), dtype=np.uint8)
    mask[distance <= radius**2], mask[distance <= (0.7 * radius) ** 2] = 128, 255
    image = np.where(mask[..., None] > 0, 90, 230).astype(np.uint8).repeat(3, axis=2)
    return outline_data.of_mask(image, mask)


def test_a_mask_becomes_cells_with_their_nuclei():
    found = cell()
    assert found.cells.max() == 1
    assert found.nucleus.sum() / (found.cells > 0).sum() == pytest.approx(0.49, abs=0.02)


def test_targets_point_to_the_centre():
    found = outline_data.scaled(cell(), 0.2)
    wanted = outline_data.targets(found.cells, found.nucleus)
    rows, columns = np.nonzero(found.cells)
    arrived = np.stack([rows, columns], 1) + outlines.REACH * wanted[rows, columns, 3:]
    assert arrived == pytest.approx(np.full(arrived.shape, found.cells.shape[0] / 2), abs=0.6)


def test_patches_are_fixed_by_their_seed_and_have_targets_of_their_size():
    real = [outline_data.scaled(cell(radius), 0.18) for radius in (25, 40)]
    first, again = (clumps.Patches(real, real, np.random.default_rng(3)).batch(6) for _ in range(2))
    assert first[0].shape == (6, outline_data.SIDE, outline_data.SIDE, 3)
    assert first[1].shape == (6, outline_data.SIDE, outline_data.SIDE, 5)
    assert np.array_equal(first[0], again[0])
    assert np.abs(first[0]).max() <= 1


def test_a_cut_cell_is_not_pasted_elsewhere():
    whole = cell()
    cut = Labelled(whole.image[60:], whole.cells[60:], whole.nucleus[60:])
    assert clumps._is_whole(whole.cells)
    assert not clumps._is_whole(cut.cells)


def test_dice_of_known_overlaps():
    first = np.zeros((10, 10), dtype=bool)
    second = first.copy()
    first[:, :6], second[:, 3:9] = True, True
    assert outline_judge.dice(first, second) == pytest.approx(0.5)
    assert outline_judge.dice(first & False, second & False) == 1


def test_cells_counted_right_are_counted():
    made = [outline_judge.Clump(np.zeros((4, 4, 3), dtype=np.uint8), n, 0.1) for n in (1, 2)]
    one = np.ones((4, 4), dtype=np.int32)
    found = outline_judge.counted_right(made, lambda image, scale: (one, one > 0))
    assert (found["right"], found["of"], found["share"]) == (1, 2, 0.5)
