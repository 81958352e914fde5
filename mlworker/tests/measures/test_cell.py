import numpy as np
import pytest

from mlworker.measures.cell import measure
from mlworker.measures.stain import coarseness, density, granularity, hue
from mlworker.tests.measures.test_shape import SIDE, disc

GLASS = np.array([240.0, 240.0, 240.0])


def picture(cell, nucleus, *, cytoplasm=(180, 190, 220), chromatin=(90, 50, 140)):
    image = np.full((SIDE, SIDE, 3), 240, dtype=np.uint8)
    image[cell], image[nucleus] = cytoplasm, chromatin
    return image


def test_a_drawn_cell_has_its_areas_in_both_units():
    cell, nucleus = disc(60), disc(45)
    found = measure(picture(cell, nucleus), cell, nucleus, glass=GLASS, um_per_pixel=0.1)
    assert found.cell_area_um2 == pytest.approx(np.pi * 6.0**2, rel=0.01)
    assert found.nucleus_area_um2 == pytest.approx(np.pi * 4.5**2, rel=0.01)
    assert found.nc_ratio == pytest.approx(0.5625, rel=0.01)
    assert found.lobes == 1
    assert found.chromatin_coarseness == pytest.approx(0, abs=1e-5)
    assert found.nucleus_density > found.cytoplasm_density > 0


def test_without_a_scale_nothing_is_given_in_micrometres():
    cell, nucleus = disc(60), disc(45)
    found = measure(picture(cell, nucleus), cell, nucleus, glass=GLASS, um_per_pixel=None)
    assert (found.cell_area_um2, found.nucleus_area_um2, found.granularity) == (None, None, None)


def test_an_empty_cell_is_an_error():
    nothing = np.zeros((SIDE, SIDE), dtype=bool)
    with pytest.raises(ValueError, match="at least one pixel"):
        measure(picture(nothing, nothing), nothing, nothing, glass=GLASS, um_per_pixel=0.1)


def test_a_cell_without_a_nucleus_is_measured():
    cell = disc(40)
    found = measure(picture(cell, ~cell & cell), cell, np.zeros_like(cell), glass=GLASS, um_per_pixel=0.1)
    assert (found.nucleus_area, found.nc_ratio, found.lobes) == (0, 0.0, 0)


def test_clumped_chromatin_is_coarser_than_even_chromatin():
    nucleus = disc(45)
    image = picture(nucleus, nucleus)
    checks = (np.indices((SIDE, SIDE)) // 6).sum(axis=0) % 2 == 1
    clumped = image.copy()
    clumped[nucleus & checks] = (60, 30, 100)
    assert coarseness(density(clumped, GLASS), nucleus) > coarseness(density(image, GLASS), nucleus) + 0.1


@pytest.mark.parametrize("um_per_pixel", [0.1, 0.2])
def test_grains_of_half_a_micrometre_are_granules_at_every_scale(um_per_pixel):
    cell = disc(60)
    smooth = picture(cell, ~cell & cell)
    grainy = smooth.copy()
    side = round(0.5 / um_per_pixel)
    for y in range(50, 150, 4 * side):
        for x in range(50, 150, 4 * side):
            grainy[y : y + side, x : x + side] = (110, 60, 90)
    values = [granularity(density(image, GLASS), cell, um_per_pixel) for image in (smooth, grainy)]
    assert values[0] < 0.01
    assert values[1] > 0.05


def test_the_hue_does_not_change_with_the_strength_of_the_stain():
    region = disc(50)
    pale = density(picture(region, region, chromatin=(170, 120, 200)), GLASS)
    assert hue(pale, region) == pytest.approx(hue(2 * pale, region))
    assert sum(hue(pale, region)) == pytest.approx(1)
