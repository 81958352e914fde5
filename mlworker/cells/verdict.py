"""The written rule from cells to the verdict of a picture and of a case.

A cell is decided when its class is. The share of blasts is that of decided blast-like cells among decided cells that
count (smudges, platelets and artefacts do not). The verdict follows the share and its interval; the 20 % line of the
WHO is context for the doctor and no part of the rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlworker.cell_types import CellCount
from mlworker.cells import classes, counting
from mlworker.types import Verdict


@dataclass(frozen=True, slots=True)
class Rule:
    """Thresholds fitted on hospitals that the judged one does not belong to.

    `confidence`: a cell below it is unidentified. `blast`: a cell of at least this blast score is a blast, one of at
    most `not_blast` is none. A case whose share of blasts is less than `benign_below` is benign; from `leukemia_from`
    on, and if the lower end of the interval is above `benign_below`, it is leukaemia; between them it is uncertain.
    """

    confidence: float
    blast: float
    not_blast: float
    benign_below: float = 0.05
    leukemia_from: float = 0.20


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict of all cells together, with their summary.

    `notes` are codes: NO_CELLS, FEW_CELLS, MANY_UNIDENTIFIED, SCALE_DEPENDENT.
    """

    verdict: Verdict
    count: CellCount
    notes: tuple[str, ...]


def blast_scores(probabilities: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the summed probability (N,) of the blast-like classes from (N, C)."""
    table = classes.table()
    numbers = [table.names.index(name) for name in table.blast_like]
    return np.asarray(probabilities[:, numbers].sum(axis=1), dtype=np.float64)


def name_cells(probabilities: NDArray[np.floating], rule: Rule) -> list[str]:
    """Name the class of each cell (N, C), or `unidentified` below the calibrated confidence; never the nearest.

    Blast and promyelocyte, which laboratories often exchange, are sure together when their sum is: the likelier is
    named. A cell that is surely no blast but of no sure class is `not_blast`, and counts.
    """
    table, scores = classes.table(), blast_scores(probabilities)
    named = []
    for row, score in zip(probabilities, scores, strict=True):
        best = table.names[int(np.argmax(row))]
        if best in table.blast_like:
            named.append(best if score >= rule.blast else classes.UNIDENTIFIED)
        elif score > rule.not_blast:
            named.append(classes.UNIDENTIFIED)
        else:
            named.append(best if row.max() >= rule.confidence else _unsure(best))
    return named


def _unsure(best: str) -> str:
    """The name of a cell that is no blast; what may be no nucleated cell at all stays unidentified."""
    return classes.UNIDENTIFIED if best in counting.NOT_COUNTED else classes.NOT_BLAST


def judge(names: Sequence[str], scores: Sequence[float], rule: Rule) -> Judged:
    """Judge a case, or one picture, from the names and blast scores of all its cells."""
    count = counted(names, scores)
    if count.blast_share is None or count.interval is None:
        return Judged(Verdict.UNCERTAIN, count, ("NO_CELLS",))
    is_named = count.differential.get(classes.UNIDENTIFIED, 0) <= count.counted
    verdict = _verdict(count.blast_share, count.interval[0], rule) if is_named else Verdict.UNCERTAIN
    notes = (
        *(("FEW_CELLS",) if count.counted < counting.FEW_CELLS else ()),
        *(() if is_named else ("MANY_UNIDENTIFIED",)),
    )
    return Judged(verdict, count, notes)


def counted(names: Sequence[str], scores: Sequence[float]) -> CellCount:
    """Count cells by class; smudges, platelets and artefacts are left out, and the unidentified only score."""
    scored = [score for name, score in zip(names, scores, strict=True) if name not in counting.NOT_COUNTED]
    return counting.count(Counter(names), score=sum(scored) / len(scored) if scored else None)


def _verdict(share: float, lowest: float, rule: Rule) -> Verdict:
    if share < rule.benign_below:
        return Verdict.BENIGN
    if share >= rule.leukemia_from and lowest > rule.benign_below:
        return Verdict.LEUKEMIA
    return Verdict.UNCERTAIN


def across_scales(found: Sequence[Judged]) -> Judged:
    """Return the middle one of those judged at the low, the likely and the high scale, if all three agree.

    Otherwise it is uncertain and notes SCALE_DEPENDENT. Raises `ValueError` unless there is an odd number.
    """
    if len(found) % 2 == 0:
        raise ValueError("The likely scale lies in the middle: an odd number of verdicts is needed.")
    middle = found[len(found) // 2]
    if all(one.verdict is middle.verdict for one in found):
        return middle
    return Judged(Verdict.UNCERTAIN, middle.count, (*middle.notes, "SCALE_DEPENDENT"))
