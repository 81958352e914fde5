"""The rows of the table, read from one TOML file, and the JSON files of their results."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from mlworker.errors import CommandRefused
from mlworker.training.data import split
from mlworker.training.fit import settings as trainings
from mlworker.training.fit.settings import Method, Settings
from mlworker.zoo.registry import UnknownArchitecture

# A number is raised when the same row would be run in another way.
_PROTOCOLS = {Method.FROZEN: 3, Method.WHOLE: 2, Method.STAGES: 2, Method.CLASSICAL: 3, Method.YOLO: 3}
NOT_RUN = "not-run"  # in the name of a file, in place of a split
_OF_ROW = ("name", "splits", "folds", "note")


class BadRow(CommandRefused):
    """The configuration cannot be run. The text names the row and its fault."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a model, the way it is trained, and the splits it is trained on."""

    name: str
    settings: Settings
    splits: tuple[str, ...]
    folds: tuple[int, ...] = tuple(range(split.FOLDS))  # of grouped
    note: str = ""

    @property
    def digest(self) -> str:
        """Changes whenever the row would be run differently; its name and note do not count."""
        text = json.dumps([_PROTOCOLS[self.settings.method], self.settings.shown], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def shown(self) -> dict[str, Any]:
        """The settings with folds and note, as they stand in the row's JSON."""
        return {**self.settings.shown, "folds": self.folds, "note": self.note}

    def runs(self, split_name: str) -> tuple[int, ...]:
        """The folds of a split that are run; a random split has one."""
        return self.folds if split_name == split.GROUPED else (0,)

    def file(self, folder: Path, split_name: str) -> Path:
        """The JSON file of this row on a split in `folder`; that of NOT_RUN holds the reason why it was not run."""
        slug = "-".join("".join(c if c.isalnum() or c == "." else " " for c in self.name.lower()).split())
        return folder / f"{slug}.{split_name}.json"


def read(path: Path) -> tuple[Row, ...]:
    """The rows of a configuration file, `[defaults]` filled in. Raises `BadRow`."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BadRow(f"{path} cannot be read: {error}.") from error
    defaults = content.get("defaults", {})
    rows = tuple(_row({**defaults, **row}) for row in content.get("row", []))
    names = [row.name for row in rows]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadRow(f"{path} has two rows of the name {', '.join(twice)}.")
    return rows


def find(rows: tuple[Row, ...], name: str) -> Row:
    """The row of this name. Raises `BadRow`."""
    for row in rows:
        if row.name == name:
            return row
    raise BadRow(f"There is no row {name}. There are: {', '.join(row.name for row in rows)}.")


def read_json(path: Path) -> dict[str, Any] | None:
    """The values that `write_json` left, or None if there is no file."""
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return values


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Write a file that is never seen half written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    unfinished.replace(path)


def _row(values: Mapping[str, Any]) -> Row:
    name = str(values.get("name", values.get("model", "?")))
    unknown = sorted(set(values) - {*_OF_ROW, *(field.name for field in fields(Settings))})
    if unknown:
        raise BadRow(f"Row {name}: there is no setting {', '.join(unknown)}.")
    try:
        row = Row(
            name=name,
            settings=trainings.completed({key: value for key, value in values.items() if key not in _OF_ROW}),
            splits=tuple(values["splits"]),
            folds=tuple(values.get("folds", range(split.FOLDS))),
            note=values.get("note", ""),
        )
        if not set(row.splits) <= set(split.NAMES):
            raise ValueError(f"splits are some of {', '.join(split.NAMES)}.")
    except (KeyError, TypeError, ValueError, UnknownArchitecture) as error:
        raise BadRow(f"Row {name}: {error}") from error
    return row
