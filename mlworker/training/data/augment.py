"""Random changes that leave the diagnosis as it is: orientation, light, focus, and above all the stain.

Every function takes the random generator, so that a seed fixes a whole training.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.preprocessing.scale_bar import cover_scale_bar

_DARKEST = 1 / 255  # optical density of a black pixel stays finite


@dataclass(frozen=True, slots=True)
class Ranges:
    """How far a picture may be changed, at first not at all.

    Each number is drawn uniformly between minus and plus the value given.
    """

    flip_horizontal: bool = False  # in half of the pictures
    flip_vertical: bool = False  # in half of the pictures
    rotation_degrees: float = 0.0
    zoom: float = 0.0  # of the size
    shift: float = 0.0  # of the side
    stain_strength: float = 0.0  # of the optical density, all channels together
    stain_colour: float = 0.0  # of the optical density, each channel by itself
    stain_mixing: float = 0.0  # share of a channel's density that leaks into another
    brightness: float = 0.0
    blur_pixels: float = 0.0  # from 0 to this, at the size the pictures are kept in
    covers_scale_bar: bool = False
    background_swaps: float = 0.0  # share of the pictures whose cells are laid on another picture's background


# The ranges that each switch of `train` and of the comparison turns on.
SWITCHES = tomllib.loads(Path(__file__).with_name("switches.toml").read_text("utf-8"))
FIELD = ("flip-horizontal", "flip-vertical", "rotation-30", "brightness", "blur")
BEYOND = ("flip-horizontal", "flip-vertical", "any-rotation", "zoom", "brightness", "stain", "scale-bar")
USUAL = (*BEYOND[:5], "blur", *BEYOND[5:])  # where every weight is trained


def switched_on(names: Iterable[str]) -> Ranges:
    """The changes that `names` of SWITCHES turn on, and no other. Raises `ValueError` for an unknown name."""
    values: dict[str, Any] = {}
    for name in names:
        if name not in SWITCHES:
            raise ValueError(f"No augmentation is called {name!r}. There are: {', '.join(SWITCHES)}.")
        values.update(SWITCHES[name])
    return Ranges(**values)


def augment_with_cells(
    image: NDArray[Any], cells: NDArray[np.bool_] | None, rng: np.random.Generator, ranges: Ranges
) -> tuple[NDArray[np.uint8], NDArray[np.bool_] | None]:
    """A changed copy of `image` (S, S, 3) uint8 RGB, with its cells (S, S) bool turned as the picture was.

    The scale-bar corner is painted over first, because a turn would move it to another corner. Cells are found in the
    picture as it was taken, not in the copy: in a stain that no laboratory has, the segmentation sees less than the
    augmentation left there.
    """
    covered = cover_scale_bar(image) if ranges.covers_scale_bar else image
    motion = draw_motion(image.shape[0], rng, ranges)
    changed = soften(restain(motion.of_image(covered), rng, ranges), rng, ranges)
    return changed, None if cells is None else motion.of_mask(cells)


@dataclass(frozen=True, slots=True)
class Motion:
    """Flips, then a rotation about the centre with zoom and shift. The picture is mirrored beyond its border."""

    is_mirrored: bool
    is_upside_down: bool
    matrix: NDArray[np.float64]  # (2, 3), affine

    def of_image(self, image: NDArray[Any]) -> NDArray[Any]:
        return self._moved(image, cv2.INTER_LINEAR)

    def of_mask(self, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return self._moved(mask.astype(np.uint8), cv2.INTER_NEAREST) > 0

    def _moved(self, array: NDArray[Any], interpolation: int) -> NDArray[Any]:
        array = array[:, ::-1] if self.is_mirrored else array
        array = array[::-1] if self.is_upside_down else array
        height, width = array.shape[:2]
        if np.array_equal(self.matrix, np.eye(2, 3)):
            return np.ascontiguousarray(array)
        moved: NDArray[Any] = cv2.warpAffine(
            np.ascontiguousarray(array),
            self.matrix,
            (width, height),
            flags=interpolation,
            borderMode=cv2.BORDER_REFLECT_101,
        )
        return moved


def draw_motion(side: int, rng: np.random.Generator, ranges: Ranges) -> Motion:
    """A random motion within `ranges` for pictures of `side` pixels."""
    is_mirrored = ranges.flip_horizontal and rng.random() < 0.5
    is_upside_down = ranges.flip_vertical and rng.random() < 0.5
    angle = rng.uniform(-1, 1) * ranges.rotation_degrees
    matrix = cv2.getRotationMatrix2D((side / 2, side / 2), angle, 1 + rng.uniform(-1, 1) * ranges.zoom)
    matrix[:, 2] += rng.uniform(-1, 1, size=2) * ranges.shift * side
    return Motion(is_mirrored, is_upside_down, matrix)


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
    return np.asarray(np.clip(np.rint(changed), 0, 255), dtype=np.uint8)


def soften(image: NDArray[Any], rng: np.random.Generator, ranges: Ranges) -> NDArray[np.uint8]:
    """Blur by a Gaussian of random width."""
    sigma = rng.uniform(0, ranges.blur_pixels)
    if sigma < 0.2:
        return image
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma))
