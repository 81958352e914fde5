import numpy as np
import pytest

from mlworker.training.data import copies, split
from mlworker.training.data.copies import Copy, Kind
from mlworker.training.data.split import Part, by_name


@pytest.fixture(scope="module")
def grouped(drawn):
    return split.partition(drawn, "grouped")


def test_a_copy_is_the_same_every_time_and_differs_from_the_others(drawn, grouped):
    for copy in (Copy(Kind.FIELD), Copy(Kind.STAIN), Copy(Kind.BACKGROUND), Copy(Kind.SWAP)):
        first, second = (copies.make(drawn, copy, 3, grouped)[0] for _ in range(2))
        np.testing.assert_array_equal(first, second)
        assert (first != drawn.images[3]).any()
    other = copies.make(drawn, Copy(Kind.STAIN, 2), 3, grouped)[0]
    assert (other != copies.make(drawn, Copy(Kind.STAIN, 1), 3, grouped)[0]).any()


def test_the_plain_copy_is_the_picture_and_the_empty_one_its_ground(drawn, grouped):
    np.testing.assert_array_equal(copies.make(drawn, Copy(Kind.PLAIN), 1, grouped)[0], drawn.images[1])
    np.testing.assert_array_equal(copies.make(drawn, Copy(Kind.EMPTY), 1, grouped)[0], drawn.grounds[1])


def test_pieces_of_the_grouped_split_are_its_folds(drawn, grouped):
    for fold in range(5):
        parts = by_name(drawn.entries, "grouped", fold=fold).parts
        assert [part is Part.TEST for part in parts] == (grouped.pieces == fold).tolist()


def test_no_background_passes_from_one_piece_to_another(drawn, grouped):
    partners = copies.swap_partners(drawn, grouped)
    assert (grouped.pieces[partners] == grouped.pieces).all()
    assert (drawn.labels[partners] != drawn.labels).all()


def test_a_swapped_picture_has_its_cells_and_the_partners_background(drawn, grouped):
    partner = copies.swap_partners(drawn, grouped)[7]
    swapped, cells = copies.make(drawn, Copy(Kind.SWAP), 7, grouped)
    far = ~np.lib.stride_tricks.sliding_window_view(np.pad(cells, 8), (17, 17)).any(axis=(2, 3))
    assert far.any()
    np.testing.assert_array_equal(swapped[far], drawn.grounds[partner][far])


def test_a_random_split_swaps_only_its_test_part(drawn):
    among = split.partition(drawn, "random-64-20-16")
    is_test = among.pieces == 2
    assert (copies.needed(Copy(Kind.SWAP), among) == is_test).all()
    assert (copies.needed(Copy(Kind.BACKGROUND), among) == ~is_test).all()
    assert copies.needed(Copy(Kind.STAIN), among).all()


def test_copies_without_a_background_are_shared_by_all_splits(drawn, grouped):
    among = split.partition(drawn, "random-64-20-16")
    assert copies.cache_name(Copy(Kind.STAIN, 2), grouped) == copies.cache_name(Copy(Kind.STAIN, 2), among) == "stain-2"
    assert copies.cache_name(Copy(Kind.SWAP), grouped) != copies.cache_name(Copy(Kind.SWAP), among)


def test_a_control_does_not_tell_where_its_cells_are():
    assert copies.parse("stain-2").tells_its_cells
    assert not copies.parse("swap").tells_its_cells


def test_a_found_copy_has_another_background_of_its_piece_and_does_not_tell_where_its_cells_are(drawn, grouped):
    copy = copies.parse("found-1")
    found, cells = copies.make(drawn, copy, 3, grouped)
    assert (found != drawn.images[3]).any()
    assert cells.any()
    assert not copy.tells_its_cells
    assert copies.cache_name(copy, grouped) != copies.cache_name(copy, split.partition(drawn, "random-64-20-16"))


def test_an_unknown_copy_is_named():
    with pytest.raises(ValueError, match="mosaic"):
        copies.parse("mosaic-1")
