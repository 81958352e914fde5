"""The reading of a picture (scale, cells, measures) as frozen values of plain Python types."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Points = tuple[tuple[int, int], ...]  # corners (x, y) of a polygon, in pixels


class ScaleSource(StrEnum):
    STATED = "stated"
    RED_CELLS = "red_cells"
    NETWORK = "network"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Scale:
    """`um_per_pixel` with its 90 % interval `low` to `high`, where it is from, and the confidence in [0, 1].

    All three lengths are None when the source is UNKNOWN.
    """

    um_per_pixel: float | None
    low: float | None
    high: float | None
    source: ScaleSource
    confidence: float

    def of_larger(self, step: float) -> Scale:
        """Return the scale of the picture that this one's is a thinned copy of, by `step` on both sides."""
        if self.um_per_pixel is None or self.low is None or self.high is None:
            return self
        return Scale(self.um_per_pixel / step, self.low / step, self.high / step, self.source, self.confidence)


UNKNOWN_SCALE = Scale(None, None, None, ScaleSource.UNKNOWN, 0.0)


@dataclass(frozen=True, slots=True)
class CellMeasures:
    """Measures of one cell; areas in pixels and, where the scale is known, in square micrometres; the rest unitless."""

    cell_area: int
    nucleus_area: int
    cell_area_um2: float | None
    nucleus_area_um2: float | None
    nc_ratio: float  # nucleus over cell, in [0, 1]
    cell_roundness: float  # in [0, 1]
    nucleus_roundness: float
    nucleus_convexity: float
    nucleus_elongation: float  # at least 1
    lobes: int
    chromatin_coarseness: float  # deviation over mean of the density
    granularity: float | None  # of the cytoplasm, in [0, 1]; None without a scale
    nucleus_density: float  # mean optical density
    cytoplasm_density: float
    nucleus_hue: tuple[float, float, float]  # shares of red, green and blue in the density
    cytoplasm_hue: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Body:
    """Place and measures of a cell: `box` (x, y, width, height) and outlines, in pixels."""

    box: tuple[int, int, int, int]
    outline: Points
    nucleus_outline: Points
    at_border: bool
    measures: CellMeasures


@dataclass(frozen=True, slots=True)
class ReadCell:
    """One cell: where it lies, and what it is."""

    body: Body
    name: str  # a class of `mlworker/cells/classes.toml`, or `unidentified`
    confidence: float  # of the likeliest class, in [0, 1]
    blast_score: float  # in [0, 1]
    signature: tuple[float, ...] = ()  # of its embedding, for the suspicion of APL; see `mlworker.cells.apl`


@dataclass(frozen=True, slots=True)
class CellCount:
    """The summary of the cells of a picture or of a case.

    `blast_share` and `interval` (95 %, Wilson) are in [0, 1], None without a counted cell. `score` is the mean blast
    score of the cells that count, None without one. `differential` counts classes, `unidentified` included.
    """

    cells: int
    counted: int
    blast_share: float | None
    interval: tuple[float, float] | None
    score: float | None
    differential: dict[str, int]
