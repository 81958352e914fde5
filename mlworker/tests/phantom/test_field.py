import dataclasses

import numpy as np
import pytest

from mlworker.phantom import CellClass, FieldKind, draw_field, random_look
from mlworker.phantom.look import STAINS

VIOLET = STAINS[0]


def test_the_same_seed_draws_the_same_field():
    first, second = (draw_field(7, kind=FieldKind.LEUKEMIA, width=512, height=384) for _ in range(2))
    assert np.array_equal(first.image, second.image)
    assert np.array_equal(first.nucleus_labels, second.nucleus_labels)
    assert first.classes == second.classes


def test_another_seed_draws_another_field():
    first, second = (draw_field(seed, kind=FieldKind.BENIGN, width=512, height=384) for seed in (1, 2))
    assert not np.array_equal(first.image, second.image)


@pytest.mark.parametrize("kind", list(FieldKind))
@pytest.mark.parametrize("seed", range(3))
def test_labels_fit_the_classes_and_the_picture(kind, seed):
    field = draw_field(seed, kind=kind, width=640, height=480)
    assert field.image.shape == (480, 640, 3)
    assert field.image.dtype == np.uint8
    assert field.cell_labels.dtype == field.nucleus_labels.dtype == np.int32
    assert field.cell_labels.shape == field.nucleus_labels.shape == (480, 640)
    assert field.cell_labels.max() <= len(field.classes)
    nucleus = field.nucleus_labels > 0
    assert np.array_equal(field.nucleus_labels[nucleus], field.cell_labels[nucleus])


def test_a_leukaemic_field_is_mostly_blasts_and_a_benign_one_has_none():
    leukaemic = [draw_field(seed, kind=FieldKind.LEUKEMIA, width=256, height=192).classes for seed in range(6)]
    benign = [draw_field(seed, kind=FieldKind.BENIGN, width=256, height=192).classes for seed in range(6)]
    assert all(classes.count(CellClass.BLAST) > len(classes) / 2 for classes in leukaemic)
    assert all(classes and CellClass.BLAST not in classes for classes in benign)


def test_an_empty_field_has_red_cells_and_no_nucleus():
    field = draw_field(3, kind=FieldKind.EMPTY, width=512, height=384)
    assert field.classes == ()
    assert not field.cell_labels.any()
    assert field.red_cells > 20


def test_green_is_darkest_in_nuclei_then_in_cytoplasm_then_on_glass():
    field = draw_field(11, kind=FieldKind.LEUKEMIA, look=VIOLET)
    green = field.image[..., 1].astype(float)
    nucleus, cell = field.nucleus_labels > 0, field.cell_labels > 0
    assert green[nucleus].mean() < green[cell & ~nucleus].mean() - 20
    assert green[cell & ~nucleus].mean() < np.percentile(green, 90) - 20


def test_blasts_have_a_higher_nucleus_share_than_monocytes():
    shares = {CellClass.BLAST: [], CellClass.MONOCYTE: []}
    for seed in range(8):
        for kind in (FieldKind.BENIGN, FieldKind.LEUKEMIA):
            field = draw_field(seed, kind=kind, width=512, height=384)
            for label, cell_class in enumerate(field.classes, start=1):
                area = np.count_nonzero(field.cell_labels == label)
                if cell_class in shares and area > 900:
                    shares[cell_class].append(np.count_nonzero(field.nucleus_labels == label) / area)
    assert np.mean(shares[CellClass.BLAST]) > 0.65
    assert np.mean(shares[CellClass.MONOCYTE]) < 0.5


def test_a_smaller_picture_shows_the_same_area_with_smaller_cells():
    small = draw_field(5, kind=FieldKind.LEUKEMIA, width=512, height=384, look=VIOLET)
    large = draw_field(5, kind=FieldKind.LEUKEMIA, width=1024, height=768, look=VIOLET)
    share = [np.count_nonzero(field.cell_labels) / field.cell_labels.size for field in (small, large)]
    assert share[0] == pytest.approx(share[1], rel=0.35)


def test_the_look_depends_on_the_seed_alone_and_not_on_the_cells():
    glass = [
        np.percentile(draw_field(4, kind=kind, width=256, height=192).image, 90, axis=(0, 1)) for kind in FieldKind
    ]
    assert np.ptp(np.array(glass), axis=0).max() < 12
    looks = [random_look(np.random.default_rng(seed)) for seed in range(5)]
    assert len({look.nucleus for look in looks}) == 5


def test_debris_is_drawn_but_is_not_a_cell():
    clean, specked = (
        draw_field(9, kind=FieldKind.EMPTY, width=512, height=384, look=dataclasses.replace(VIOLET, debris=count))
        for count in (0, 40)
    )
    assert specked.classes == ()
    assert (clean.image.astype(int) - specked.image > 40).any()


@pytest.mark.parametrize("size", [(64, 48), (48, 300), (200, 33)])
def test_narrow_and_tiny_fields_can_be_drawn(size):
    field = draw_field(2, kind=FieldKind.LEUKEMIA, width=size[0], height=size[1])
    assert field.image.shape == (size[1], size[0], 3)
