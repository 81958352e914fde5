"""Copying and restoring each kind of database as of one moment. Both modules fit `Engine`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from leukplatform.operations.backups.engines import postgresql, sqlite
from leukplatform.operations.backups.errors import Damaged


class Engine(Protocol):
    FILE: str  # name of the dump in the folder of a backup

    def snapshot(self) -> AbstractContextManager[Callable[[Path], None]]:
        """Queries within see one moment, and so does the dump that the given function writes.

        Whoever was signed in is left out: sessions are no records, and a copy of them would let others in.
        """

    def check(self, path: Path) -> None:
        """Raises Damaged when the dump cannot be read."""

    def load(self, path: Path) -> None:
        """Put the dump in place of all that is in the database; wholly, or not at all. Raises BackupError."""


_ENGINES: dict[str, Engine] = {"postgresql": postgresql, "sqlite": sqlite}


def of(vendor: str) -> Engine:
    """Return the engine for a kind of database. Raises Damaged for one that the platform does not run on."""
    try:
        return _ENGINES[vendor]
    except KeyError:
        raise Damaged(f"The backup is of a database called {vendor!r}, which is not known here.") from None
