"""The reader with networks of a few lines: where cells lie, what they measure, at which scale they are cut."""

import numpy as np
import pytest

from mlworker.cells import classes, crops, outlines, reader
from mlworker.cells.scale import ScaleSource
from mlworker.cells.verdict import Rule
from mlworker.tests.cells.test_outlines import maps_of_dark_discs

NAMES = classes.table().names
SEEN: list[tuple[int, ...]] = []


def says_blast(cut):
    SEEN.append(cut.shape)
    logits = np.zeros((len(cut), len(NAMES)), dtype=np.float32)
    logits[:, NAMES.index("blast")] = 9
    return logits, np.ones((len(cut), 4), dtype=np.float32)


NETWORKS = reader.Networks(maps_of_dark_discs, says_blast, 1.0, Rule(confidence=0.5, blast=0.5, not_blast=0.5))


def picture(*centres, radius, side=400):
    rows, columns = np.mgrid[:side, :side]
    image = np.full((side, side, 3), 235, dtype=np.uint8)
    for x, y in centres:
        image[(rows - y) ** 2 + (columns - x) ** 2 <= radius**2] = (90, 60, 140)
    return image


def test_two_cells_are_read_with_boxes_outlines_and_measures():
    found = reader.read(picture((100, 120), (300, 260), radius=50), NETWORKS, um_per_pixel=0.1)
    assert found.scale.source is ScaleSource.STATED
    assert [cell.name for cell in found.cells] == ["blast", "blast"]
    first = min(found.cells, key=lambda cell: cell.body.box)
    assert first.body.box == pytest.approx((50, 70, 101, 101), abs=6)
    assert first.body.measures.cell_area_um2 == pytest.approx(np.pi * 25, rel=0.06)
    assert not first.body.at_border
    assert len(first.body.outline) >= 8
    assert found.features.shape == (2, 4)
    assert SEEN[-1] == (2, crops.SIDE, crops.SIDE, 3)


def test_a_cell_cut_by_the_border_is_marked():
    found = reader.read(picture((10, 200), radius=50), NETWORKS, um_per_pixel=0.1)
    assert [cell.body.at_border for cell in found.cells] == [True]


def test_an_empty_picture_has_no_cell_and_no_scale():
    empty = picture(radius=1)
    assert reader.read(empty, NETWORKS, um_per_pixel=0.1).cells == ()
    found = reader.read(empty, NETWORKS)
    assert (found.scale.source, found.cells) == (ScaleSource.UNKNOWN, ())


def test_without_a_stated_scale_nuclei_give_it():
    found = reader.read(picture((100, 120), (300, 260), radius=45), NETWORKS)
    assert found.scale.um_per_pixel == pytest.approx(0.1, rel=0.1)
    assert found.scale.source is ScaleSource.NUCLEI


def test_the_reader_works_in_the_pictures_own_pixels():
    image = picture((150, 150), radius=60)
    label = outlines.find(image, 0.1, maps_of_dark_discs)
    assert label.labels.shape == image.shape[:2]
