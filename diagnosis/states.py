"""The allowed moves of a case and of an analysis. Imports nothing of the project; drawn in docs/states.md."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class CaseStatus(StrEnum):
    OPEN = "OPEN"
    SIGNED_OFF = "SIGNED_OFF"


class AnalysisStatus(StrEnum):
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    QUARANTINED = "QUARANTINED"  # its workers died three times; nothing starts it again by itself
    CANCELLED = "CANCELLED"


# An amendment supersedes the report; the case stays signed off.
CASE_MOVES: Mapping[CaseStatus, frozenset[CaseStatus]] = {
    CaseStatus.OPEN: frozenset({CaseStatus.SIGNED_OFF}),
    CaseStatus.SIGNED_OFF: frozenset(),
}

ANALYSIS_MOVES: Mapping[AnalysisStatus, frozenset[AnalysisStatus]] = {
    AnalysisStatus.QUEUED: frozenset({AnalysisStatus.RUNNING, AnalysisStatus.CANCELLED}),
    AnalysisStatus.RUNNING: frozenset(
        {
            AnalysisStatus.RUNNING,  # a lapsed lease is claimed again, under the next attempt number
            AnalysisStatus.QUEUED,
            AnalysisStatus.SUCCEEDED,
            AnalysisStatus.FAILED,
            AnalysisStatus.QUARANTINED,
            AnalysisStatus.CANCELLED,  # its worker computes to the end and may no longer write
        }
    ),
    AnalysisStatus.SUCCEEDED: frozenset(),
    AnalysisStatus.FAILED: frozenset(),
    AnalysisStatus.QUARANTINED: frozenset(),
    AnalysisStatus.CANCELLED: frozenset(),
}

# Ended without a result, and not by the doctor's wish.
UNANSWERED = frozenset({AnalysisStatus.FAILED, AnalysisStatus.QUARANTINED})

FINAL = frozenset(status for status, moves in ANALYSIS_MOVES.items() if not moves)
UNFINISHED = frozenset(AnalysisStatus) - FINAL


class IllegalMove(Exception):
    """The object is in a state that does not allow this. The text says which."""


def check_case_move(before: str, after: CaseStatus) -> None:
    if after not in CASE_MOVES[CaseStatus(before)]:
        raise IllegalMove(f"A case that is {before} cannot become {after}.")


def check_analysis_move(before: str, after: AnalysisStatus) -> None:
    if after not in ANALYSIS_MOVES[AnalysisStatus(before)]:
        raise IllegalMove(f"An analysis that is {before} cannot become {after}.")
