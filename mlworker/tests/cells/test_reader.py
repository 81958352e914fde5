"""The reader with networks of a few lines: where cells lie, what they measure, at which scale they are cut."""

from dataclasses import replace

import numpy as np
import pytest

from mlworker.cell_types import UNKNOWN_SCALE, ScaleSource
from mlworker.cells import crops, outlines, reader
from mlworker.phantom import FieldKind, draw_field
from mlworker.tests import stand_in
from mlworker.tests.cells.test_outlines import maps_of_dark_discs
from mlworker.tests.stand_in import discs as picture

SEEN: list[tuple[int, ...]] = []


def says_blast(cut):
    SEEN.append(cut.shape)
    return stand_in.Says("blast")(cut)


NETWORKS = replace(stand_in.networks(), classes=says_blast)


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
    assert {cell.signature for cell in found.cells} == {(1.0, 1.0)}
    assert SEEN[-1] == (2, crops.SIDE, crops.SIDE, 3)


def test_a_cell_cut_by_the_border_is_marked():
    found = reader.read(picture((10, 200), radius=50), NETWORKS, um_per_pixel=0.1)
    assert [cell.body.at_border for cell in found.cells] == [True]


def test_an_empty_picture_has_no_cell():
    assert reader.read(picture(radius=1), NETWORKS, um_per_pixel=0.1).cells == ()
    assert reader.read(picture(radius=1), NETWORKS).cells == ()


def test_without_red_cells_the_network_gives_the_scale():
    found = reader.read(picture((100, 120), (200, 160), radius=45, side=300), NETWORKS).scale
    assert found.um_per_pixel == pytest.approx(0.5 * 224 / 300)
    assert found.source is ScaleSource.NETWORK
    assert found.low < found.um_per_pixel < found.high


def test_red_cells_are_believed_only_where_the_network_finds_them_possible():
    image = draw_field(8, kind=FieldKind.LEUKEMIA, width=320, height=240).image
    assert reader.estimate(image, NETWORKS).source is ScaleSource.RED_CELLS
    sure = replace(NETWORKS, scale=lambda small: np.array([[np.log(0.1), 0.1]]), scale_error=0.05)
    assert reader.estimate(image, sure).source is ScaleSource.NETWORK


def test_a_picture_whose_scale_no_microscope_has_is_not_read():
    impossible = replace(NETWORKS, scale=lambda small: np.array([[np.log(50), 0.1]]))
    found = reader.read(picture((100, 120), radius=45), impossible)
    assert (found.scale, found.cells) == (UNKNOWN_SCALE, ())


def test_the_reader_works_in_the_pictures_own_pixels():
    image = picture((150, 150), radius=60)
    label = outlines.find(image, 0.1, maps_of_dark_discs)
    assert label.labels.shape == image.shape[:2]


def test_a_turned_picture_has_the_same_cells_turned():
    image = stand_in.discs((100, 120), (300, 260), radius=45)[:331]
    upright = reader.read(image, NETWORKS, um_per_pixel=0.1)
    turned = reader.read(np.ascontiguousarray(np.rot90(image)), NETWORKS, um_per_pixel=0.1)
    boxes = {(y, 400 - x - width, height, width) for x, y, width, height in (cell.body.box for cell in upright.cells)}
    assert {cell.body.box for cell in turned.cells} == boxes
    assert sorted(cell.body.measures.cell_area for cell in turned.cells) == sorted(
        cell.body.measures.cell_area for cell in upright.cells
    )


def test_outline_labels_lie_where_the_cells_of_a_reading_do():
    image = stand_in.discs((100, 300), (300, 280), radius=45)
    found = reader.outline(image, NETWORKS, um_per_pixel=0.1)
    assert (found.count, found.labels.shape) == (2, (400, 400))
    assert {found.labels[300, 100], found.labels[280, 300]} == {1, 2}
    assert found.nucleus[300, 100]
    assert reader.outline(picture(radius=1), NETWORKS).count == 0


def test_a_cell_beside_what_was_painted_over_is_marked_as_cut():
    image = picture((100, 120), (300, 260), radius=45)
    aside = np.zeros(image.shape[:2], dtype=bool)
    aside[:80] = True
    found = reader.read(image, NETWORKS, um_per_pixel=0.1, aside=aside)
    assert {cell.body.at_border for cell in found.cells if cell.body.box[1] < 150} == {True}
    assert {cell.body.at_border for cell in found.cells if cell.body.box[1] > 150} == {False}


def test_an_unsure_network_leaves_cells_unidentified():
    networks = stand_in.networks("blast", logit=0.5)
    found = reader.read(picture((200, 200), radius=45), networks, um_per_pixel=0.1)
    assert [cell.name for cell in found.cells] == ["unidentified"]
