"""Which files the storage has, which of them the rows name, and what the rows know of their content."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import Model, Q, QuerySet

from diagnosis.models import Analysis, Picture, SignOff

# Model -> columns with a storage name, each with the column that holds the SHA-256 of the file, where there is one.
_COLUMNS: dict[type[Model], dict[str, str | None]] = {
    Picture: {"file": "stored_sha256", "thumbnail": None},
    Analysis: {"overlay": None, "heatmap": None},
    SignOff: {"pdf": "pdf_sha256", "patient_pdf": "patient_pdf_sha256"},
}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that a row names. `sha256` is hexadecimal, empty where the row does not say."""

    name: str
    sha256: str


def names_in(*querysets: QuerySet[Any]) -> set[str]:
    """Return the storage names in these rows."""
    return {
        name for rows in querysets for row in rows.order_by().values_list(*_COLUMNS[rows.model]) for name in row if name
    }


def named(*, below: str = "") -> Iterator[StoredFile]:
    """Yield every file that a row names, or those in one folder, in three queries."""
    for model, columns in _COLUMNS.items():
        rows = model._default_manager.order_by()
        if below:
            rows = rows.filter(reduce(or_, (Q((f"{name}__startswith", below)) for name in columns)))
        fields = [field for pair in columns.items() for field in pair if field is not None]
        for row in rows.values(*fields).iterator():
            for name, digest in columns.items():
                if row[name].startswith(below) and row[name]:
                    yield StoredFile(row[name], row[digest] if digest else "")


def unnamed(folder: str, *, before: datetime | None = None) -> list[str]:
    """Return the files below a folder that no row names, sorted; with `before`, only those last changed before it.

    The files are listed before the rows are read, so that a file whose row is committed in between is not included.
    """
    stored = set(_stored(folder))
    if before is not None:
        stored = {name for name in stored if default_storage.get_modified_time(name) < before}
    return sorted(stored - {file.name for file in named(below=folder)}) if stored else []


def is_empty() -> bool:
    """Return True if the storage has neither files nor folders."""
    try:
        folders, files = default_storage.listdir("")
    except FileNotFoundError:
        return True
    return not (folders or files)


def _stored(folder: str) -> Iterator[str]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:  # nothing has been stored there yet
        return
    yield from (f"{folder}/{name}" for name in files)
    for name in folders:
        yield from _stored(f"{folder}/{name}")
