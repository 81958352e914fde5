"""Counting cells by class: the share of blasts with its interval. Without arrays, so that pages may count too."""

from __future__ import annotations

from collections.abc import Mapping

from mlworker.cell_types import CellCount
from mlworker.cells import classes

FEW_CELLS = 100  # fewer counted cells are said to be few
NOT_COUNTED = ("smudge", "platelet", "artifact")
_Z = 1.959964  # of a 95 % interval


def count(differential: Mapping[str, int], *, score: float | None = None) -> CellCount:
    """Summarise the number of cells of each name. Smudges, platelets, artefacts and the unidentified are in no share.

    `score` is the mean blast score of these cells, where it is known.
    """
    order = (*classes.table().names, classes.NOT_BLAST, classes.UNIDENTIFIED)
    known = {name: cells for name, cells in differential.items() if name not in (*NOT_COUNTED, classes.UNIDENTIFIED)}
    counted = sum(known.values())
    blasts = sum(known.get(name, 0) for name in classes.table().blast_like)
    return CellCount(
        cells=sum(differential.values()),
        counted=counted,
        blast_share=blasts / counted if counted else None,
        interval=wilson(blasts, counted) if counted else None,
        score=score,
        differential={name: differential[name] for name in order if differential.get(name)},
    )


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a share: Wilson, J Am Stat Assoc 1927;22:209-212. Raises `ValueError` for `of` 0."""
    if of <= 0:
        raise ValueError("A share needs at least one cell.")
    share, square = hits / of, _Z**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = _Z / (1 + square / of) * (share * (1 - share) / of + square / (4 * of**2)) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)
