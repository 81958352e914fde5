"""Which private files the rows name, and what the rows know of their content."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

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
    """`sha256` is hexadecimal, empty where the row does not say."""

    name: str
    sha256: str


def of(*querysets: QuerySet[Any]) -> set[str]:
    """The storage names in these rows."""
    return {
        name for rows in querysets for row in rows.order_by().values_list(*_COLUMNS[rows.model]) for name in row if name
    }


def named(*, below: str = "") -> Iterator[StoredFile]:
    """Every file that a picture, an analysis or a report names, or those in one folder; in three queries."""
    for model, columns in _COLUMNS.items():
        rows = model._default_manager.order_by()
        if below:
            rows = rows.filter(reduce(or_, (Q((f"{name}__startswith", below)) for name in columns)))
        fields = [field for pair in columns.items() for field in pair if field is not None]
        for row in rows.values(*fields).iterator():
            for name, digest in columns.items():
                if row[name].startswith(below) and row[name]:
                    yield StoredFile(row[name], row[digest] if digest else "")
