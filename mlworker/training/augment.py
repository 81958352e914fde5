"""Random changes that leave the diagnosis as it is: orientation, light, focus, and above all the stain.

Arrays in, arrays out; every function takes the generator, so that a seed fixes a whole training.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.preprocessing.scale_bar import cover_scale_bar

_DARKEST = 1 / 255  # optical density of a black pixel stays finite


@dataclass(frozen=True, slots=True)
class Ranges:
    """How far a picture may be changed. Each number is drawn uniformly between minus and plus the value given."""

    rotation_degrees: float = 180.0
    zoom: float = 0.15  # of the size
    shift: float = 0.06  # of the side
    stain_strength: float = 0.30  # of the optical density, all channels together
    stain_colour: float = 0.20  # of the optical density, each channel by itself
    stain_mixing: float = 0.10  # share of a channel's density that leaks into another
    brightness: float = 0.15
    blur_pixels: float = 1.0  # from 0 to this, at the size the pictures are kept in


def augment(image: NDArray[Any], rng: np.random.Generator, ranges: Ranges) -> NDArray[np.uint8]:
    """A changed copy of `image` (S, S, 3) uint8 RGB.

    The scale-bar corner is painted over first, because after a turn it would be another corner.
    """
    turned = turn(cover_scale_bar(image), rng, ranges)
    return soften(restain(turned, rng, ranges), rng, ranges)


def turn(image: NDArray[Any], rng: np.random.Generator, ranges: Ranges) -> NDArray[Any]:
    """Flip, rotate about the centre, zoom and shift; what comes in at the border is mirrored."""
    side = image.shape[0]
    if rng.random() < 0.5:
        image = image[:, ::-1]
    angle = rng.uniform(-1, 1) * ranges.rotation_degrees
    matrix = cv2.getRotationMatrix2D((side / 2, side / 2), angle, 1 + rng.uniform(-1, 1) * ranges.zoom)
    matrix[:, 2] += rng.uniform(-1, 1, size=2) * ranges.shift * side
    turned: NDArray[Any] = cv2.warpAffine(
        np.ascontiguousarray(image), matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
    )
    return turned


def restain(image: NDArray[Any], rng: np.random.Generator, ranges: Ranges) -> NDArray[np.uint8]:
    """Another stain and another lamp: a random linear map in optical-density space.

    Beer and Lambert: density adds up with the amount of stain, so a stronger stain is a factor and another dye or
    camera a mixing of channels. After Tellez et al., Medical Image Analysis 2019;58:101544, who perturb densities of
    two dyes; here the channels take their place, since these stains (Giemsa, Leishman, Wright) have more than two.
    """
    mixing = np.eye(3) * (1 + rng.uniform(-1, 1) * ranges.stain_strength)
    mixing *= 1 + rng.uniform(-1, 1, size=3) * ranges.stain_colour
    mixing += (1 - np.eye(3)) * rng.uniform(-1, 1, size=(3, 3)) * ranges.stain_mixing
    light = 1 + rng.uniform(-1, 1) * ranges.brightness
    density = -np.log(np.maximum(image.astype(np.float32) / 255, _DARKEST))
    changed = np.exp(-density @ mixing.T.astype(np.float32)) * np.float32(255 * light)
    restained: NDArray[np.uint8] = np.clip(np.rint(changed), 0, 255).astype(np.uint8)
    return restained


def soften(image: NDArray[Any], rng: np.random.Generator, ranges: Ranges) -> NDArray[np.uint8]:
    """Out of focus by a Gaussian of random width."""
    sigma = rng.uniform(0, ranges.blur_pixels)
    if sigma < 0.2:
        return image
    softened: NDArray[np.uint8] = cv2.GaussianBlur(image, (0, 0), sigma)
    return softened
