from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from diagnosis.states import ANALYSIS_MOVES, CASE_MOVES, AnalysisStatus, CaseStatus

_PAGE = """# States of a case and of an analysis

Drawn from `diagnosis/states.py` by `python manage.py draw_states`; a test compares the two.

## Case

An amendment supersedes the signed report; the case stays signed off.

{case}

## Analysis

A worker's claim moves QUEUED to RUNNING. RUNNING to RUNNING is a second worker's claim after the first fell silent,
under the next attempt number; RUNNING to QUEUED is a claim given back because the storage was down, or taken back by
the upkeep. After the third attempt without an answer the analysis is QUARANTINED: set aside until a doctor decides.
A RUNNING analysis that is cancelled is computed to its end, and its result is not written. A new try is a new row.

{analysis}
"""


class Command(BaseCommand):
    help = "Write docs/states.md from the tables in diagnosis/states.py."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail when the file is out of date")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        file = Path(settings.BASE_DIR) / "docs" / "states.md"
        wanted = draw()
        if check:
            if not file.exists() or file.read_text(encoding="utf-8") != wanted:
                raise CommandError("docs/states.md is out of date. Run: python manage.py draw_states")
            return
        file.parent.mkdir(exist_ok=True)
        file.write_text(wanted, encoding="utf-8")


def draw() -> str:
    """The whole page."""
    return _PAGE.format(
        case=_diagram(CASE_MOVES, start=CaseStatus.OPEN), analysis=_diagram(ANALYSIS_MOVES, start=AnalysisStatus.QUEUED)
    )


def _diagram(moves: Mapping[Any, frozenset[Any]], *, start: StrEnum) -> str:
    """A Mermaid state diagram, in the order of the table."""
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {start}"]
    for before, targets in moves.items():
        lines += [f"    {before} --> {after}" for after in sorted(targets)]
        if not targets:
            lines.append(f"    {before} --> [*]")
    return "\n".join([*lines, "```"])
