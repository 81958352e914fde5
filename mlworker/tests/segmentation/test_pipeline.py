import functools

import numpy as np
import pytest

from mlworker.evaluation.matching import dice, matching, pooled
from mlworker.phantom import FieldKind, draw_field
from mlworker.segmentation import METHODS, segment
from mlworker.tests.segmentation.drawing import CYTOPLASM, NUCLEUS, RED_CELL, with_discs

pytestmark = pytest.mark.parametrize("method", METHODS)


@functools.cache
def drawn(kind, seeds):
    return [draw_field(seed, kind=kind, width=640, height=480) for seed in seeds]


RED_CELLS = [(x, y, 14, RED_CELL) for x in range(40, 500, 80) for y in (40, 190, 340)]


def test_discs_of_known_number_size_and_place_are_found(method):
    centres = [(100, 110), (250, 110), (400, 260)]
    image = with_discs([*RED_CELLS, *((x, y, 24, NUCLEUS) for x, y in centres)])
    result = segment(image, method=method)
    assert result.count == 3
    for x, y in centres:
        label = result.cell_labels[y, x]
        assert label > 0
        assert result.nucleus_mask[y, x]
        assert np.count_nonzero(result.cell_labels == label) == pytest.approx(np.pi * 24**2, rel=0.2)


def test_labels_are_int32_of_the_size_of_the_picture_and_nuclei_lie_within(method):
    image = with_discs([(700, 500, 60, NUCLEUS)], width=1300, height=1000)
    result = segment(image, method=method)
    assert result.cell_labels.shape == result.nucleus_mask.shape == (1000, 1300)
    assert result.cell_labels.dtype == np.int32
    assert result.nucleus_mask.dtype == bool
    assert not (result.nucleus_mask & (result.cell_labels == 0)).any()


def test_cells_are_numbered_in_reading_order_without_gaps(method):
    image = with_discs([(400, 60, 22, NUCLEUS), (100, 120, 22, NUCLEUS), (250, 300, 22, NUCLEUS)])
    labels = segment(image, method=method).cell_labels
    assert [labels[60, 400], labels[120, 100], labels[300, 250]] == [1, 2, 3]


def test_cytoplasm_belongs_to_the_cell_and_not_to_the_nucleus(method):
    image = with_discs([*RED_CELLS, (256, 115, 40, CYTOPLASM), (250, 112, 22, NUCLEUS)])
    result = segment(image, method=method)
    assert result.count == 1
    assert np.count_nonzero(result.cell_labels) == pytest.approx(np.pi * 40**2, rel=0.15)
    assert np.count_nonzero(result.nucleus_mask) == pytest.approx(np.pi * 22**2, rel=0.15)


@pytest.mark.parametrize("gap", [-6, -2, 0])
def test_touching_cells_are_separated(method, gap):
    second = 150 + 2 * 26 + gap
    image = with_discs([(150, 115, 26, NUCLEUS), (second, 115, 26, NUCLEUS), (second + 20, 112 + 49, 26, NUCLEUS)])
    result = segment(image, method=method)
    assert result.count == 3
    assert len({result.cell_labels[115, 150], result.cell_labels[115, second]}) == 2


def test_two_lobes_in_one_cytoplasm_are_one_cell(method):
    lobes = [(238, 110, 13, NUCLEUS), (268, 110, 13, NUCLEUS)]
    result = segment(with_discs([*RED_CELLS, (253, 110, 38, CYTOPLASM), *lobes]), method=method)
    assert result.count == 1


def test_a_field_of_red_cells_has_no_nucleated_cells(method):
    result = segment(with_discs(RED_CELLS), method=method)
    assert result.count == 0
    assert not result.nucleus_mask.any()


def test_blank_glass_is_an_empty_field(method):
    assert segment(with_discs([]), method=method).count == 0
    assert segment(np.full((200, 300, 3), 255, np.uint8), method=method).count == 0
    assert segment(np.zeros((200, 300, 3), np.uint8), method=method).count == 0


@pytest.mark.parametrize("scale", [1, 2])
def test_platelet_sized_objects_are_removed_at_every_picture_size(method, scale):
    radius = 5 * scale  # 500 px at 1024x768 is a disc of radius 12.6, at 512x384 of 6.3
    image = with_discs(
        [(100 * scale, 100 * scale, radius, NUCLEUS), (300 * scale, 200 * scale, 24 * scale, NUCLEUS)],
        width=512 * scale,
        height=384 * scale,
    )
    assert segment(image, method=method).count == 1


def test_the_same_picture_gives_the_same_cells(method):
    image = draw_field(12, kind=FieldKind.LEUKEMIA, width=512, height=384).image
    first, second = segment(image, method=method), segment(image, method=method)
    assert np.array_equal(first.cell_labels, second.cell_labels)


@pytest.mark.parametrize(("kind", "least"), [(FieldKind.LEUKEMIA, 0.80), (FieldKind.BENIGN, 0.60)])
def test_drawn_fields_are_segmented_well(method, kind, least):
    fields = drawn(kind, range(300, 308))
    results = [segment(field.image, method=method) for field in fields]
    cells = pooled([matching(f.cell_labels, r.cell_labels) for f, r in zip(fields, results, strict=True)])
    nuclei = [dice(f.nucleus_labels > 0, r.nucleus_mask) for f, r in zip(fields, results, strict=True)]
    assert cells.f1 > least
    assert np.mean(nuclei) > 0.85


def test_drawn_fields_without_nucleated_cells_are_empty(method):
    counts = [segment(field.image, method=method).count for field in drawn(FieldKind.EMPTY, range(12))]
    assert sum(counts) <= 2  # in twelve fields with some 150 red cells and ten platelets each


def test_a_tiny_or_narrow_picture_is_not_an_error(method):
    for shape in ((1, 1, 3), (3, 900, 3), (32, 32, 3)):
        assert segment(np.full(shape, 200, np.uint8), method=method).count == 0
