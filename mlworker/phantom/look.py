"""How a smear was stained, lit and photographed: everything about a drawn field that says nothing of its cells.

Colours of dyes are optical densities per RGB channel at full strength, so that a cell is drawn by adding densities and
seen by `light * exp(-density)` (Beer and Lambert), and overlapping cells multiply their transmittance as glass does.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Look:
    """Stain, light, optics and camera. Lengths are pixels of a 1024x768 field."""

    light: Colour  # empty glass as the camera shows it, 0..1; above 1 it is overexposed
    nucleus: Colour  # densities from here
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


# Four stains as they are met: the ends between which `random_look` mixes. The colours were read off published
# May-Gruenwald-Giemsa, Wright and Leishman pictures; nobody's picture is copied.
VIOLET = Look(
    light=(0.965, 1.0, 0.975),
    nucleus=(0.66, 1.00, 0.06),
    basophilic=(0.42, 0.50, 0.03),
    acidophilic=(0.16, 0.32, 0.04),
    greyblue=(0.34, 0.36, 0.05),
    eosinophilic=(0.16, 0.50, 0.30),
    haemoglobin=(0.46, 0.38, 0.17),
)
PINK = Look(
    light=(1.02, 1.02, 0.99),
    nucleus=(0.24, 0.62, 0.05),
    basophilic=(0.17, 0.36, 0.03),
    acidophilic=(0.07, 0.24, 0.04),
    greyblue=(0.18, 0.26, 0.05),
    eosinophilic=(0.05, 0.40, 0.26),
    haemoglobin=(0.30, 0.24, 0.12),
)
WRIGHT = Look(
    light=(0.81, 0.83, 0.80),
    nucleus=(0.80, 1.15, 0.12),
    basophilic=(0.36, 0.48, 0.06),
    acidophilic=(0.18, 0.38, 0.06),
    greyblue=(0.32, 0.36, 0.08),
    eosinophilic=(0.10, 0.62, 0.44),
    haemoglobin=(0.12, 0.40, 0.32),
)
GIEMSA = Look(
    light=(1.0, 0.90, 0.80),
    nucleus=(1.15, 1.75, 0.48),
    basophilic=(0.62, 0.66, 0.20),
    acidophilic=(0.20, 0.38, 0.16),
    greyblue=(0.42, 0.46, 0.17),
    eosinophilic=(0.16, 0.74, 0.50),
    haemoglobin=(0.24, 0.38, 0.22),
)
STAINS = (VIOLET, PINK, WRIGHT, GIEMSA)
_DYES = ("nucleus", "basophilic", "acidophilic", "greyblue", "eosinophilic", "haemoglobin")


def random_look(rng: np.random.Generator) -> Look:
    """A look drawn at random: mostly one of the four stains with some of the others in it, every setting jittered.

    The look is independent of what the field shows, so that nothing can be learned from colour about the cells.
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
    assert name in {field.name for field in fields(Look)}
    colours = np.array([getattr(stain, name) for stain in STAINS])
    mixed = strength * (weights @ colours) * rng.normal(1.0, spread, 3).clip(0.7, 1.3)
    return (float(mixed[0]), float(mixed[1]), float(mixed[2]))
