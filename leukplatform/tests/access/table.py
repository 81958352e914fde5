"""Reads `matrix.txt`, the one table of who gets which answer at which door."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from leukplatform.tests.access.roles import ROLES

FILE = Path(__file__).with_name("matrix.txt")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_GROUPS = {
    "read": ("GET", "HEAD"),
    "write": ("PUT", "PATCH", "DELETE"),
    "rest": ("PUT", "PATCH", "DELETE", "OPTIONS"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line: the answers to each role, in the order of ROLES, for some methods at one address."""

    route: str
    target: str
    methods_as_written: str
    answers: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.route} {self.target} {self.methods_as_written}"

    @property
    def methods(self) -> tuple[str, ...]:
        return tuple(method for part in self.methods_as_written.split("+") for method in _GROUPS.get(part, (part,)))

    @property
    def cells(self) -> list[tuple[str, str, str]]:
        """Method, role, expected answer."""
        return [(method, role, self.answer(role)) for method in self.methods for role in ROLES]

    def answer(self, role: str) -> str:
        return self.answers[ROLES.index(role)]


def read_table() -> list[Row]:
    return list(_rows(FILE.read_text()))


def _rows(text: str) -> Iterator[Row]:
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if not words or line.startswith("#"):
            continue
        if len(words) != 3 + len(ROLES):
            raise ValueError(f"{FILE.name}, line {number}: a route, a target, methods and {len(ROLES)} answers")
        row = Row(words[0], words[1], words[2], tuple(words[3:]))
        if unknown := set(row.methods) - set(METHODS):
            raise ValueError(f"{FILE.name}, line {number}: {', '.join(unknown)} is no method")
        yield row
