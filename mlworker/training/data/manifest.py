"""The list of training pictures with their classes and clusters, read from a CSV file."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from mlworker.errors import CommandRefused

LABEL_COLUMNS = ("path", "class")
REQUIRED_COLUMNS = (*LABEL_COLUMNS, "near_dup_group", "appearance_cluster")


class ManifestError(CommandRefused):
    """The manifest cannot be used. The text names the line or column at fault."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One picture of the manifest."""

    path: str  # as written in the manifest, relative to its folder
    label: str
    cluster: str  # pictures of one cluster look as if they came from one slide, and stay in one part of a split
    near_dup_group: str  # pictures of one group are near-duplicates; empty: the picture has none


def read(path: Path, *, needs_clusters: bool = True) -> tuple[Entry, ...]:
    """Entries in the order of the file. Raises `ManifestError` if a column or a value is missing.

    Without `needs_clusters` a manifest may lack the columns of clusters and near-duplicates: every picture is then a
    cluster of its own. That is good enough for measuring, never for a split.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise ManifestError(f"The manifest {path} cannot be read: {error}.") from error
    if not rows:
        raise ManifestError(f"The manifest {path} lists no picture.")
    required = REQUIRED_COLUMNS if needs_clusters else LABEL_COLUMNS
    missing = [name for name in required if name not in rows[0]]
    if missing:
        raise ManifestError(f"The manifest {path} lacks the columns {', '.join(missing)}.")
    return tuple(_entry(path, number, row) for number, row in enumerate(rows, start=2))


def _entry(path: Path, number: int, row: dict[str, str]) -> Entry:
    for name in ("path", "class", "appearance_cluster"):
        if name in row and not row[name]:
            raise ManifestError(f"{path}, line {number}: {name} is empty.")
    cluster = row.get("appearance_cluster", row["path"])
    return Entry(row["path"], row["class"], cluster, near_dup_group=row.get("near_dup_group", ""))
