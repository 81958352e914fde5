"""Pictures with 16 bits a sample, as microscope cameras store 10, 12 or 14 of them."""

import cv2
import numpy as np
import pytest

from mlworker import imageio, samples

GRADIENT = np.linspace(0, 255, 128 * 160 * 3).round().astype(np.uint8).reshape(128, 160, 3)


def encoded(extension: str, pixels: np.ndarray) -> bytes:
    return cv2.imencode(extension, pixels[..., ::-1] if pixels.ndim == 3 else pixels)[1].tobytes()


@pytest.mark.parametrize("extension", [".png", ".tiff"])
@pytest.mark.parametrize("depth", [8, 10, 12, 14, 16])
@pytest.mark.parametrize("channels", ["grey", "colour"])
def test_every_depth_in_sixteen_bits_gives_the_same_picture(extension, depth, channels):
    eight = GRADIENT if channels == "colour" else GRADIENT[..., 0]
    deep = np.round(eight.astype(np.float64) / 255 * (2**depth - 1)).astype(np.uint16)
    found = imageio.decode(encoded(extension, deep))
    expected = eight if channels == "colour" else np.repeat(eight[..., None], 3, axis=2)
    assert np.abs(found.astype(int) - expected).max() <= 1


def test_the_lower_eight_bits_are_kept():
    deep = np.full((100, 100, 3), 300, dtype=np.uint16)
    deep[0, 0] = 1023
    assert imageio.decode(encoded(".png", deep))[50, 50].tolist() == [300 * 255 // 1023] * 3


def test_a_black_picture_stays_black():
    assert samples.eight_bits(np.zeros((2, 2), dtype=np.uint16)).tolist() == [[0, 0], [0, 0]]


def test_transparency_of_sixteen_bits_becomes_white():
    deep = np.full((100, 100, 4), 4095, dtype=np.uint16)
    deep[..., :3] = 1000
    deep[:50, :, 3] = 0
    found = imageio.decode(cv2.imencode(".png", deep)[1].tobytes())
    assert found[10, 10].tolist() == [255, 255, 255]
    assert found[90, 90].tolist() == [62, 62, 62]
