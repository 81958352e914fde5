"""The list of training pictures: what is known of each, read from a CSV file."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

REQUIRED_COLUMNS = ("path", "class", "near_dup_group", "appearance_cluster")


class ManifestError(Exception):
    """The manifest cannot be trained on. The text says which line or column is at fault."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One picture of the manifest."""

    path: str  # as written in the manifest, relative to its folder
    label: str
    cluster: str  # pictures of one cluster look as if they came from one slide, and stay in one part of a split
    near_dup_group: str  # pictures of one group are near-duplicates; empty: the picture has none


def read(path: Path) -> tuple[Entry, ...]:
    """Entries in the order of the file. Raises `ManifestError` if a column or a value is missing."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise ManifestError(f"The manifest {path} cannot be read: {error}.") from error
    if not rows:
        raise ManifestError(f"The manifest {path} lists no picture.")
    missing = [name for name in REQUIRED_COLUMNS if name not in rows[0]]
    if missing:
        raise ManifestError(f"The manifest {path} lacks the columns {', '.join(missing)}.")
    return tuple(_entry(path, number, row) for number, row in enumerate(rows, start=2))


def _entry(path: Path, number: int, row: dict[str, str]) -> Entry:
    for name in ("path", "class", "appearance_cluster"):
        if not row[name]:
            raise ManifestError(f"{path}, line {number}: {name} is empty.")
    return Entry(row["path"], row["class"], row["appearance_cluster"], row["near_dup_group"])
