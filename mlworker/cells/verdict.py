"""The written rule from cells to the verdict of a picture and of a case.

A cell is decided when its class is. The share of blasts is that of decided blast-like cells among decided cells that
count (smudges, platelets and artefacts do not). The verdict follows the share and its interval; the 20 % line of the
WHO is context for the doctor and no part of the rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlworker.cells import classes
from mlworker.types import Verdict

FEW_CELLS = 100  # fewer counted cells are said to be few
WHO_LINE = 0.20
_NOT_COUNTED = ("smudge", "platelet", "artifact")
_Z = 1.959964  # of a 95 % interval


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
class CaseVerdict:
    """The verdict of all cells together.

    `blast_share` and `interval` (95 %, Wilson) are in [0, 1], None without a counted cell; `differential` counts
    classes, unidentified included; `notes` are codes: NO_CELLS, FEW_CELLS, MANY_UNIDENTIFIED, SCALE_DEPENDENT.
    """

    verdict: Verdict
    cells: int
    blast_share: float | None
    interval: tuple[float, float] | None
    differential: dict[str, int]
    notes: tuple[str, ...]


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a share: Wilson, J Am Stat Assoc 1927;22:209-212. Raises `ValueError` for `of` 0."""
    if of <= 0:
        raise ValueError("A share needs at least one cell.")
    share, square = hits / of, _Z**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = _Z / (1 + square / of) * (share * (1 - share) / of + square / (4 * of**2)) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)


def blast_scores(probabilities: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the summed probability (N,) of the blast-like classes from (N, C)."""
    table = classes.table()
    numbers = [table.names.index(name) for name in table.blast_like]
    return np.asarray(probabilities[:, numbers].sum(axis=1), dtype=np.float64)


def name_cells(probabilities: NDArray[np.floating], rule: Rule) -> list[str]:
    """Name the class of each cell (N, C), or `unidentified` below the calibrated confidence; never the nearest.

    Blast and promyelocyte, which laboratories often exchange, are sure together when their sum is: the likelier is
    named.
    """
    table, scores = classes.table(), blast_scores(probabilities)
    named = []
    for row, score in zip(probabilities, scores, strict=True):
        best = table.names[int(np.argmax(row))]
        is_sure = score >= rule.blast if best in table.blast_like else row.max() >= rule.confidence
        is_sure = is_sure and (best in table.blast_like or score <= rule.not_blast)
        named.append(best if is_sure else classes.UNIDENTIFIED)
    return named


def judge(names: Sequence[str], rule: Rule) -> CaseVerdict:
    """Judge a case, or one picture, from the names of all its cells."""
    differential = {name: names.count(name) for name in (*classes.table().names, classes.UNIDENTIFIED)}
    differential = {name: count for name, count in differential.items() if count}
    counted = [n for n in names if n not in _NOT_COUNTED and n != classes.UNIDENTIFIED]
    blasts = sum(n in classes.table().blast_like for n in counted)
    unidentified = differential.get(classes.UNIDENTIFIED, 0)
    notes = []
    if not counted:
        return CaseVerdict(Verdict.UNCERTAIN, len(names), None, None, differential, ("NO_CELLS",))
    if len(counted) < FEW_CELLS:
        notes.append("FEW_CELLS")
    if unidentified > len(counted):
        notes.append("MANY_UNIDENTIFIED")
    interval = wilson(blasts, len(counted))
    share = blasts / len(counted)
    verdict = _verdict(share, interval[0], rule) if unidentified <= len(counted) else Verdict.UNCERTAIN
    return CaseVerdict(verdict, len(names), share, interval, differential, tuple(notes))


def _verdict(share: float, lowest: float, rule: Rule) -> Verdict:
    if share < rule.benign_below:
        return Verdict.BENIGN
    if share >= rule.leukemia_from and lowest > rule.benign_below:
        return Verdict.LEUKEMIA
    return Verdict.UNCERTAIN


def across_scales(verdicts: Sequence[CaseVerdict]) -> CaseVerdict:
    """Return the middle one of the verdicts at the low, the likely and the high scale, if all three agree.

    Otherwise it is uncertain and notes SCALE_DEPENDENT. Raises `ValueError` unless there is an odd number.
    """
    if len(verdicts) % 2 == 0:
        raise ValueError("The likely scale lies in the middle: an odd number of verdicts is needed.")
    middle = verdicts[len(verdicts) // 2]
    if all(found.verdict is middle.verdict for found in verdicts):
        return middle
    notes = (*middle.notes, "SCALE_DEPENDENT")
    return CaseVerdict(Verdict.UNCERTAIN, middle.cells, middle.blast_share, middle.interval, middle.differential, notes)
