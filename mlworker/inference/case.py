"""The verdict of a case from the cells of all its pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlworker.cell_types import CellCount
from mlworker.cells import verdict
from mlworker.inference import cell_networks, notes
from mlworker.types import AnalysisResult, QualityNote, Verdict


@dataclass(frozen=True, slots=True)
class CaseAnswer:
    """`apl_score` in [0, 1] is the suspicion of acute promyelocytic leukaemia; None: it is not assessed."""

    verdict: Verdict
    count: CellCount
    apl_score: float | None
    notes: tuple[QualityNote, ...]


def judge(results: Sequence[AnalysisResult]) -> CaseAnswer:
    """Judge a case from its pictures.

    Pictures without a usable answer give no cells. A picture whose own answer depends on its estimated scale gives its
    cells to the count, but keeps the case from being decided.
    """
    usable = [result for result in results if result.quality.is_usable]
    cells = [cell for result in usable for cell in result.cells]
    networks = cell_networks.networks()
    rule, suspicion = networks.rule, networks.apl.score([cell.signature for cell in cells])
    judged = verdict.judge([cell.name for cell in cells], [cell.blast_score for cell in cells], rule)
    codes = [note.code for result in usable for note in result.quality.notes]
    depends = codes.count("SCALE_DEPENDENT") * 2 > len(usable)
    answer = Verdict.UNCERTAIN if depends else judged.verdict
    codes = [*judged.notes, *(["SCALE_DEPENDENT"] if depends else [])]
    if suspicion is None:
        codes.append("APL_NOT_ASSESSED")
    elif suspicion >= networks.apl.suspicious_from and judged.verdict is not Verdict.BENIGN:
        codes.insert(0, "APL_SUSPECTED")
    return CaseAnswer(
        verdict=answer if usable else Verdict.UNSUITABLE,
        count=judged.count,
        apl_score=suspicion,
        notes=tuple(notes.OF_CASE[code] for code in codes),
    )
