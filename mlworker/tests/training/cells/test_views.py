import numpy as np
import pytest

from mlworker.cells.crops import SIDE
from mlworker.training.cells import views
from mlworker.training.cells.stock import Stock

CHANGES = views.Changes()


def crop(value=(120, 80, 160)):
    image = np.full((128, 128, 3), 230, dtype=np.uint8)
    rows, columns = np.mgrid[:128, :128]
    mask = (rows - 64) ** 2 + (columns - 64) ** 2 < 30**2
    image[mask] = value
    return image, mask


def test_a_view_is_fixed_by_its_seed_and_differs_from_the_next():
    image, mask = crop()
    first, again, other = (views.view(image, mask, image, np.random.default_rng(seed), CHANGES) for seed in (1, 1, 2))
    assert first.shape == (SIDE, SIDE, 3)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_changed_background_leaves_the_cell():
    image, mask = crop()
    donor = np.full_like(image, 40)
    changed = views.on_background(image, mask, donor, np.random.default_rng(0))
    assert np.abs(changed[mask].astype(int) - image[mask]).max() < 40
    assert np.abs(changed[:20].astype(int) - image[:20]).mean() > 40


@pytest.mark.parametrize("share", [0.25, 0.5])
def test_pictures_made_coarse_keep_their_size(share):
    assert views.coarsened(crop()[0], share).shape == (128, 128, 3)


def test_sources_are_drawn_by_their_shares_whatever_their_size():
    source = np.array(["jhu-cellavision"] * 900 + ["mll-bone-marrow"] * 90 + ["pbc-barcelona"] * 10)
    empty = np.zeros((1000, 1, 1, 3), dtype=np.uint8)
    stock = Stock(empty, np.arange(1000) % 2, source, source, source, source, source)
    drawn = source[views.draw_cells(stock, 20_000, np.random.default_rng(0))]
    wanted = views.SHARES["mll-bone-marrow"] / sum(views.SHARES[name] for name in set(source))
    assert (drawn == "mll-bone-marrow").mean() == pytest.approx(wanted, abs=0.02)
