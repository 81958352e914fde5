"""Stain, light and camera of a drawn field: everything that says nothing about its cells.

Colours of dyes are optical densities per RGB channel at full strength. A cell is drawn by adding densities and seen by
`light * exp(-density)` (Beer and Lambert), so overlapping cells multiply their transmittance.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Look:
    """Stain, light, optics and camera. Lengths are pixels of a 1024x768 field."""

    light: Colour  # empty glass in the picture, 0..1; above 1 it is overexposed
    nucleus: Colour  # a density, like the following
    basophilic: Colour  # cytoplasm of blasts and lymphocytes
    acidophilic: Colour  # cytoplasm of neutrophils
    greyblue: Colour  # cytoplasm of monocytes
    eosinophilic: Colour  # granules of eosinophils
    haemoglobin: Colour
    pallor: float = 0.6  # 0 flat red cells, 1 the full biconcave profile
    crenation: float = 0.0  # 0 smooth, 1 spiky red cells
    vignetting: float = 0.1  # share of light lost in the corners
    gradient: tuple[float, float] = (0.0, 0.0)  # change of light from left to right and from top to bottom
    blur: float = 0.9  # standard deviation of the optics' spread
    sharpening: float = 0.3  # the camera's own, 0 is none
    noise: float = 0.012  # standard deviation at full light, 0..1
    saturation: float = 1.0  # the camera's own
    debris: int = 0  # specks of precipitated stain in a 1024x768 field
    red_cells: int = 150  # in a 1024x768 field
    crowding: float = 1.0  # multiplies the number of nucleated cells
    overlap: float = 0.3  # 0 all apart, 1 in clumps
    magnification: float = 1.0  # 1: a blast is about 100 px wide


def _stain(table: dict[str, Any]) -> Look:
    colours: dict[str, Any] = {name: tuple(colour) for name, colour in table.items()}
    return Look(**colours)


# `random_look` mixes these.
STAINS = tuple(map(_stain, tomllib.loads(Path(__file__).with_name("stains.toml").read_text("utf-8")).values()))
_DYES = ("nucleus", "basophilic", "acidophilic", "greyblue", "eosinophilic", "haemoglobin")


def random_look(rng: np.random.Generator) -> Look:
    """A random look: mostly one of the four stains, mixed with the others, and every setting varied.

    The look does not depend on the cells of the field, so colour says nothing about them.
    """
    weights = rng.dirichlet(np.full(len(STAINS), 0.45))
    strength = rng.uniform(0.85, 1.2)
    dyes = {name: _mix(weights, name, strength, rng) for name in _DYES}
    light = _mix(weights, "light", rng.uniform(0.92, 1.1), rng, spread=0.018)
    return Look(
        light=light,
        **dyes,
        pallor=float(rng.uniform(0.1, 1.0)),
        crenation=float(rng.uniform(0.3, 1.0)) if rng.random() < 0.15 else float(rng.uniform(0.0, 0.15)),
        vignetting=float(rng.uniform(0.0, 0.22)),
        gradient=(float(rng.uniform(-0.1, 0.1)), float(rng.uniform(-0.1, 0.1))),
        blur=float(rng.uniform(0.6, 2.4)),
        sharpening=float(rng.uniform(0.0, 0.8)),
        noise=float(rng.uniform(0.004, 0.022)),
        saturation=float(rng.uniform(0.9, 1.4)),
        debris=int(rng.integers(0, 40)) if rng.random() < 0.35 else 0,
        red_cells=int(rng.integers(40, 210)),
        crowding=float(rng.uniform(0.5, 1.5)),
        overlap=float(rng.uniform(0.0, 0.9)),
        magnification=float(rng.uniform(0.82, 1.2)),
    )


def _mix(weights: np.ndarray, name: str, strength: float, rng: np.random.Generator, *, spread: float = 0.08) -> Colour:
    colours = np.array([getattr(stain, name) for stain in STAINS])
    mixed = strength * (weights @ colours) * rng.normal(1.0, spread, 3).clip(0.7, 1.3)
    return (float(mixed[0]), float(mixed[1]), float(mixed[2]))
