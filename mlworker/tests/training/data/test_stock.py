import numpy as np
import pytest

from mlworker.training.data import manifest, stock


def test_a_stock_knows_pictures_cells_and_grounds_in_the_order_of_the_manifest(drawn):
    assert len(drawn) == 40
    assert drawn.images.shape == drawn.grounds.shape == (40, 224, 224, 3)
    assert drawn.labels.tolist() == sorted(drawn.labels.tolist())
    outside = ~drawn.cells[0]
    assert drawn.cells[0].any()
    assert (drawn.grounds[0] != drawn.images[0]).any(axis=2)[drawn.cells[0]].mean() > 0.9
    assert (drawn.grounds[0] == drawn.images[0]).all(axis=2)[outside].mean() > 0.6


def test_a_stock_is_made_once(drawn, drawn_manifest, monkeypatch):
    monkeypatch.setattr("mlworker.segmentation.segment", None)
    again = stock.load(manifest.read(drawn_manifest), root=drawn_manifest.parent, cache=drawn.folder.parent)
    np.testing.assert_array_equal(again.cells, drawn.cells)


def test_filling_resumes_where_it_was_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(stock, "_CHUNK", 2)
    made = []

    def make(number):
        if number == 5 and len(made) == 5:
            raise KeyboardInterrupt
        made.append(number)
        return np.full(3, number)

    for stopped in (True, False):
        if stopped:
            with pytest.raises(KeyboardInterrupt):
                stock.filled(tmp_path / "a.npy", (7, 3), np.int32, make, "Test")
        else:
            array = stock.filled(tmp_path / "a.npy", (7, 3), np.int32, make, "Test")
    assert made == [0, 1, 2, 3, 4, 4, 5, 6]
    assert array[:, 0].tolist() == list(range(7))
    assert [path.name for path in tmp_path.iterdir()] == ["a.npy"]


def test_only_requested_copies_are_made(tmp_path):
    only = np.array([True, False, True])
    array = stock.filled(tmp_path / "a.npy", (3,), np.int32, lambda number: np.array(number + 1), "Test", only=only)
    assert array.tolist() == [1, 0, 3]
