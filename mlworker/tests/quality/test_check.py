import functools

import cv2
import numpy as np
import pytest

from mlworker.phantom import FieldKind, draw_field, non_smear
from mlworker.quality import check, judge
from mlworker.types import Severity


@functools.cache
def field(kind=FieldKind.LEUKEMIA, seed=1):
    return draw_field(seed, kind=kind, width=640, height=480).image


def codes(image):
    return {note.code for note in check(image).notes}


@pytest.mark.parametrize("kind", [FieldKind.LEUKEMIA, FieldKind.BENIGN])
@pytest.mark.parametrize("seed", range(6))
def test_drawn_fields_with_cells_are_usable(kind, seed):
    report = check(field(kind, seed))
    assert report.is_usable
    assert report.notes == ()


@pytest.mark.parametrize("seed", range(6))
def test_a_field_without_nucleated_cells_is_empty(seed):
    report = check(field(FieldKind.EMPTY, seed))
    assert not report.is_usable
    assert [note.code for note in report.notes] == ["EMPTY_FIELD"]


@pytest.mark.parametrize("seed", range(10))
def test_pictures_of_other_things_are_not_a_smear(seed):
    assert "NOT_A_SMEAR" in codes(non_smear(seed, width=640, height=480))


def test_a_grey_copy_of_a_smear_is_refused_for_its_missing_colour():
    grey = np.repeat(field()[..., 1:2], 3, axis=2)
    (note,) = check(grey).notes
    assert note.code == "NOT_A_SMEAR"
    assert "no colour" in note.message


def test_more_blur_is_first_a_warning_then_a_refusal():
    severities = []
    for spread in (0.1, 6, 14):
        notes = check(cv2.GaussianBlur(field(FieldKind.BENIGN, 2), (0, 0), spread)).notes
        severities.append([note.severity for note in notes if note.code == "BLURRED"])
    assert severities == [[], [Severity.WARNING], [Severity.UNSUITABLE]]


def test_a_dark_picture_is_underexposed_and_a_bleached_one_overexposed():
    assert "UNDEREXPOSED" in codes((field() * 0.3).astype(np.uint8))
    assert "OVEREXPOSED" in codes(np.clip(field() * 0.2 + 240, 0, 255).astype(np.uint8))


def test_a_tiny_picture_is_refused_and_a_small_one_gets_a_warning():
    small, tiny = (cv2.resize(field(), size, interpolation=cv2.INTER_AREA) for size in ((190, 142), (90, 68)))
    assert [note.severity for note in check(small).notes if note.code == "TOO_SMALL"] == [Severity.WARNING]
    assert [note.severity for note in check(tiny).notes if note.code == "TOO_SMALL"] == [Severity.UNSUITABLE]


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 4000, 3), (50, 3, 3)])
@pytest.mark.parametrize("value", [0, 128, 255])
def test_degenerate_pictures_are_refused_without_an_error(shape, value):
    assert not check(np.full(shape, value, np.uint8)).is_usable


def test_every_note_says_what_to_do():
    pictures = [non_smear(seed, width=320, height=240) for seed in range(5)]
    pictures += [field(FieldKind.EMPTY), cv2.GaussianBlur(field(), (0, 0), 12), (field() * 0.3).astype(np.uint8)]
    notes = [note for picture in pictures for note in check(picture).notes]
    assert len({note.code for note in notes}) >= 4
    for note in notes:
        assert note.message.endswith(".")
        assert note.advice.endswith(".")


def test_a_warning_alone_leaves_the_picture_usable():
    measures = dict(check(field()).measures)
    report = judge({**measures, "glass_luminance": 0.6})
    assert report.is_usable
    assert [note.severity for note in report.notes] == [Severity.WARNING]


def test_the_report_keeps_its_measures_as_plain_numbers():
    measures = check(field()).measures
    assert all(type(value) is float for value in measures.values())
    assert {"focus", "mean_luminance", "nuclear_share"} <= set(measures)
