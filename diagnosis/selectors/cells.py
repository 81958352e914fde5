"""The cells of an analysis as the pages draw them, and their counts by the machine's names and by the doctors'.

The callers have checked that the user may see the analyses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from diagnosis.models import Analysis, Cell, CellNaming
from mlworker.cell_types import CellCount
from mlworker.cells import classes, counting


@dataclass(frozen=True, slots=True)
class CellRow:
    """A cell with the name that counts: the newest of the doctors', else the machine's."""

    cell: Cell
    said: str

    @property
    def kind(self) -> str:
        return kind_of(self.said)

    @property
    def points(self) -> str:
        """The outline as the points of an SVG polygon."""
        return _points(self.cell.outline)

    @property
    def nucleus_points(self) -> str:
        return _points(self.cell.nucleus_outline)


@dataclass(frozen=True, slots=True)
class Line:
    """One class of a differential, with the number of cells that the machine and the doctors count in it."""

    name: str
    machine: int
    doctor: int


@dataclass(frozen=True, slots=True)
class Counts:
    """The cells of a picture or a case by name. `doctor` takes a doctor's name for a cell before the machine's."""

    by_machine: Counter[str] = field(default_factory=Counter)
    by_doctor: Counter[str] = field(default_factory=Counter)
    renamed: int = 0  # cells that a doctor names otherwise than the machine

    @property
    def machine(self) -> CellCount:
        return counting.count(self.by_machine)

    @property
    def doctor(self) -> CellCount:
        return counting.count(self.by_doctor)

    @property
    def is_few(self) -> bool:
        """True if the share of blasts rests on fewer than 100 cells."""
        return self.doctor.counted < counting.FEW_CELLS

    @property
    def lines(self) -> list[Line]:
        """The differential in the order of the classes."""
        every = counting.count(self.by_machine + self.by_doctor).differential
        return [Line(name, self.by_machine[name], self.by_doctor[name]) for name in every]

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.by_machine + other.by_machine, self.by_doctor + other.by_doctor, self.renamed + other.renamed
        )


def kind_of(name: str) -> str:
    """Return the colour of an outline by the name of its cell: "blast", "unidentified", "left-out" or "other"."""
    if name in classes.table().blast_like:
        return "blast"
    if name == classes.UNIDENTIFIED:
        return "unidentified"
    return "left-out" if name in counting.NOT_COUNTED else "other"


def cells_of(analysis: Analysis | None) -> list[CellRow]:
    """Return the cells of an analysis by number, in one query."""
    if analysis is None:
        return []
    cells = Cell.objects.filter(analysis=analysis).annotate(said=_said()).order_by("number")
    return [CellRow(cell, cell.said) for cell in cells]


def counts_of(analyses: Iterable[UUID]) -> dict[UUID, Counts]:
    """Count the cells of many analyses in one query. An analysis without cells is left out."""
    found: dict[UUID, Counts] = {}
    rows: QuerySet[Cell, tuple[UUID, str, str, int]] = (
        Cell.objects.filter(analysis__in=list(analyses))
        .annotate(said=_said())
        .order_by()
        .values_list("analysis_id", "name", "said")
        .annotate(of_both=Count("pk"))
    )
    for analysis, name, said, cells in rows:
        one = Counts(Counter({name: cells}), Counter({said: cells}), cells if name != said else 0)
        found[analysis] = found.get(analysis, Counts()) + one
    return found


def total(counts: Iterable[Counts]) -> Counts | None:
    """Add up the counts of the pictures of a case; None without a cell."""
    added = sum(counts, Counts())
    return added if added.by_machine else None


def _said() -> Coalesce:
    newest = CellNaming.objects.filter(cell=OuterRef("pk")).order_by("-made_at", "-id").values("name")[:1]
    return Coalesce(Subquery(newest), "name")


def _points(corners: list[list[int]]) -> str:
    return " ".join(f"{x},{y}" for x, y in corners)
