"""All cells of a case with their names: the machine's, the doctors' newest, and the one before that."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from math import pi, sqrt
from uuid import UUID

from diagnosis.models import Case, Cell, CellNaming, Picture
from diagnosis.selectors.cases import get_case
from diagnosis.selectors.cells import Counts, kind_of
from diagnosis.selectors.rows import picture_rows
from leukplatform.accounts.models import User
from mlworker.cells import classes

_DRAWN = ("outline", "nucleus_outline", "measures")


@dataclass(frozen=True, slots=True)
class NamedCell:
    """A cell with its picture, the scale of the picture where it is known, and the doctors' names, oldest first."""

    cell: Cell
    picture: Picture
    um_per_pixel: float | None
    namings: tuple[CellNaming, ...]

    @property
    def naming(self) -> CellNaming | None:
        """The naming that counts; None where only the machine has named the cell."""
        return self.namings[-1] if self.namings else None

    @property
    def said(self) -> str:
        """The name that counts: the newest of the doctors', else the machine's."""
        return self.namings[-1].name if self.namings else self.cell.name

    @property
    def former(self) -> str:
        """The name before the newest naming; empty where there is none."""
        if not self.namings:
            return ""
        return self.namings[-2].name if len(self.namings) > 1 else self.cell.name

    @property
    def label(self) -> str:
        """Picture and number, by which people speak of a cell: "2-14"."""
        return f"{self.picture.position}-{self.cell.number}"

    @property
    def outline(self) -> str:
        """The corners x y x y … of the outline, in pixels from the upper left corner of the cell's box."""
        return self._inside(self.cell.outline)

    @property
    def nucleus_outline(self) -> str:
        return self._inside(self.cell.nucleus_outline)

    @property
    def diameter_um(self) -> float | None:
        """The diameter of a disc of the cell's area; None without a scale."""
        return _diameter(self.cell.measures["cell_area_um2"])

    @property
    def nucleus_diameter_um(self) -> float | None:
        return _diameter(self.cell.measures["nucleus_area_um2"])

    def _inside(self, corners: list[list[int]]) -> str:
        return " ".join(f"{x - self.cell.x} {y - self.cell.y}" for x, y in corners)


@dataclass(frozen=True, slots=True)
class Group:
    """The cells of one name: first those that no doctor has named, each part with the least certain first."""

    name: str
    cells: list[NamedCell]

    @property
    def kind(self) -> str:
        """The colour of the outlines: see `kind_of`."""
        return kind_of(self.name)


@dataclass(frozen=True)
class Gallery:
    """Every cell of a case, by picture and number."""

    case: Case
    cells: list[NamedCell]

    @property
    def version(self) -> int:
        """The newest naming on the page; 0 where there is none."""
        return max((cell.naming.pk for cell in self.cells if cell.naming is not None), default=0)

    @cached_property
    def groups(self) -> list[Group]:
        """One group for every class, empty ones as well; the unidentified come first."""
        order = (classes.UNIDENTIFIED, classes.NOT_BLAST, *classes.table().names)
        found: dict[str, list[NamedCell]] = {name: [] for name in order}
        for cell in sorted(self.cells, key=lambda cell: (cell.naming is not None, cell.cell.confidence)):
            found.setdefault(cell.said, []).append(cell)
        return [Group(name, cells) for name, cells in found.items()]

    @cached_property
    def pictures(self) -> list[Picture]:
        """The pictures that have a cell, by position."""
        return list({cell.picture.pk: cell.picture for cell in self.cells}.values())

    @cached_property
    def counts(self) -> Counts | None:
        """The differential; None without a cell."""
        if not self.cells:
            return None
        return Counts(
            Counter(cell.cell.name for cell in self.cells),
            Counter(cell.said for cell in self.cells),
            sum(cell.cell.name != cell.said for cell in self.cells),
        )


def gallery(user: User, pk: UUID, *, is_drawn: bool = True) -> Gallery:
    """Return the cells of a case in the user's care; without outlines and measures unless they are drawn."""
    case = get_case(user, pk)
    return Gallery(case, named_cells(case, is_drawn=is_drawn))


def named_cells(case: Case, *, only: Collection[int] | None = None, is_drawn: bool = False) -> list[NamedCell]:
    """Return the cells of the newest analysis of each picture that counts, by picture and number.

    With `only`, those of these ids. The caller has checked that the user may see the case.
    """
    rows = picture_rows(case.pictures.counted().order_by("position"))
    analyses = {row.analysis.pk: row for row in rows if row.analysis is not None}
    found = Cell.objects.filter(analysis__in=analyses)
    namings = CellNaming.objects.filter(cell__analysis__in=analyses)
    if only is not None:
        found, namings = found.filter(pk__in=only), namings.filter(cell__in=only)
    of_cell: dict[int, list[CellNaming]] = defaultdict(list)
    for naming in namings.select_related("made_by").order_by("made_at", "id"):
        of_cell[naming.cell_id].append(naming)
    named = []
    for cell in found if is_drawn else found.defer(*_DRAWN):
        row = analyses[cell.analysis_id]
        scale = row.analysis.scale if row.analysis is not None else None
        um_per_pixel = scale["um_per_pixel"] if scale else None
        named.append(NamedCell(cell, row.picture, um_per_pixel, tuple(of_cell[cell.pk])))
    return sorted(named, key=lambda one: (one.picture.position, one.cell.number))


def _diameter(area: float | None) -> float | None:
    return None if area is None else 2 * sqrt(area / pi)
