"""Many rows at once, by PostgreSQL's COPY. Columns that are not given have their model's defaults."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date, datetime
from types import TracebackType
from typing import Any

from django.db import connection, models

BATCH = 20_000


class Table:
    """`with Table(Case) as cases: cases.add(id=..., number=...)`"""

    def __init__(self, model: type[models.Model], *, numbered: bool = False) -> None:
        """A key that counts by itself is left to the database, unless the rows are `numbered` and bring their own."""
        self._name = model._meta.db_table
        fields = [field for field in model._meta.concrete_fields if numbered or not isinstance(field, models.AutoField)]
        self._text = {field.attname: _as_text(field.get_default()) for field in fields}
        self._lines: list[str] = []

    def add(self, **values: Any) -> None:
        row = {**self._text, **{name: _as_text(value) for name, value in values.items()}}
        if len(row) != len(self._text):
            raise TypeError(f"{self._name} has no column {set(row) - set(self._text)}.")
        self._lines.append("\t".join(row.values()))
        if len(self._lines) >= BATCH:
            self._flush()

    def __enter__(self) -> Table:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._flush()

    def _flush(self) -> None:
        content = io.StringIO("\n".join(self._lines) + "\n" if self._lines else "")
        columns = ", ".join(connection.ops.quote_name(name) for name in self._text)
        with connection.cursor() as cursor:
            cursor.copy_expert(f"COPY {self._name} ({columns}) FROM STDIN", content)
        self._lines.clear()


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _as_text(value: object) -> str:
    """Write a value in the text format of COPY."""
    write = _WRITERS.get(type(value), str)
    return write(value)


_WRITERS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "\\N",
    bool: lambda value: "t" if value else "f",
    dict: lambda value: json.dumps(value).translate(_ESCAPES),
    list: lambda value: json.dumps(value).translate(_ESCAPES),
    str: lambda value: value.translate(_ESCAPES),
    datetime: datetime.isoformat,
    date: date.isoformat,
}
