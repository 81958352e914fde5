"""The scale that a file states, written by the programs that state it, and by those that only mean a printer's."""

import io

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from mlworker import file_scale

OME = '<?xml version="1.0"?><OME><Image><Pixels {} SizeX="24" SizeY="16"/></Image></OME>'


def picture(form, **more):
    data = io.BytesIO()
    Image.fromarray(np.full((16, 24, 3), 200, dtype=np.uint8)).save(data, form, **more)
    return data.getvalue()


def tiff(*, resolution=None, unit=None, description=None):
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    if resolution is not None:
        tags[282] = tags[283] = resolution
    if unit is not None:
        tags[296] = unit
    if description is not None:
        tags[270] = description
    return picture("TIFF", tiffinfo=tags)


@pytest.mark.parametrize(
    ("resolution", "unit", "expected"),
    [(50_000, 3, 0.2), (254_000, 2, 0.1), (100_000, 3, 0.1), (50_000, 1, None), (0, 3, None)],
)
def test_a_tiff_states_its_pixels_a_centimetre_or_an_inch(resolution, unit, expected):
    assert file_scale.stated(tiff(resolution=resolution, unit=unit)) == (expected and pytest.approx(expected))


@pytest.mark.parametrize("unit", ["micron", "um", "\\u00B5m"])
def test_imagej_states_pixels_a_micrometre(unit):
    description = f"ImageJ=1.54f\nunit={unit}\nmin=0.0\n"
    assert file_scale.stated(tiff(resolution=8.0, unit=1, description=description)) == pytest.approx(0.125)


def test_imagej_in_another_unit_says_nothing():
    assert file_scale.stated(tiff(resolution=8.0, unit=1, description="ImageJ=1.54f\nunit=pixel\n")) is None


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('PhysicalSizeX="0.25"', 0.25),  # micrometres are OME's own unit
        ('PhysicalSizeX="0.25" PhysicalSizeXUnit="&#181;m"', 0.25),
        ('PhysicalSizeX="125" PhysicalSizeXUnit="nm" PhysicalSizeY="125"', 0.125),
        ('PhysicalSizeX="1.3e-4" PhysicalSizeY="1.3e-4" PhysicalSizeXUnit="mm"', 0.13),
        ('PhysicalSizeX="0.25" PhysicalSizeXUnit="pixel"', None),
        ('PhysicalSizeX="1.2.3"', None),
        ('PhysicalSizeX="0"', None),
    ],
)
def test_ome_states_the_width_of_a_pixel(attributes, expected):
    found = file_scale.stated(tiff(resolution=50_000, unit=3, description=OME.format(attributes)))
    assert found == (expected and pytest.approx(expected))


@pytest.mark.parametrize("sign", ["µ".encode(), "μ".encode(), "µ".encode("latin-1") + b"m"])
def test_micrometres_may_be_stated_by_their_sign(sign):
    """Pillow writes no text beyond ASCII into a TIFF, so the bytes are put in the place of as many letters."""
    unit = "QQm" if len(sign) == 2 and not sign.endswith(b"m") else "QQ"
    ome = tiff(description=OME.format(f'PhysicalSizeX="0.25" PhysicalSizeXUnit="{unit}"'))
    assert file_scale.stated(ome.replace(b"QQ", sign)) == 0.25
    imagej = tiff(resolution=4.0, unit=1, description=f"ImageJ=1.54f\nunit={unit}\n")
    assert file_scale.stated(imagej.replace(b"QQ", sign)) == 0.25


def test_a_png_states_its_dots_a_metre():
    assert file_scale.stated(picture("PNG", dpi=(127_000, 127_000))) == pytest.approx(0.2, rel=1e-3)


def test_a_jpeg_states_its_dots():
    assert file_scale.stated(picture("JPEG", dpi=(50_800, 50_800))) == pytest.approx(0.5, rel=1e-3)


@pytest.mark.parametrize("dots", [72, 96, 300, 600])
@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF"])
def test_the_dots_of_a_printer_are_no_scale(form, dots):
    assert file_scale.stated(picture(form, dpi=(dots, dots))) is None


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "BMP", "WEBP"])
def test_a_picture_without_a_resolution_states_nothing(form):
    assert file_scale.stated(picture(form)) is None


def test_damaged_files_and_tags_say_nothing():
    whole = tiff(resolution=50_000, unit=3)
    for data in (b"", b"no picture", whole[:8], whole[:40]):
        assert file_scale.stated(data) is None
    assert file_scale.stated(tiff(resolution=50_000, unit=77)) is None


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_damaged_nothing_is_raised(seed):
    data = bytearray(tiff(resolution=50_000, unit=3, description=OME.format('PhysicalSizeX="0.25"')))
    rng = np.random.default_rng(seed)
    for place in rng.integers(4, len(data), 12):
        data[place] = rng.integers(256)
    found = file_scale.stated(bytes(data))
    assert found is None or file_scale.PLAUSIBLE[0] <= found <= file_scale.PLAUSIBLE[1]
