"""The folder of a backup, and what is in it.

SHA256SUMS          of everything else, in the form that `sha256sum --check` reads
manifest.json       what was backed up: Manifest
database.dump       PostgreSQL, for pg_restore; or database.sqlite3
audit-anchor.jsonl  the anchors as they were just before, where there are any
files/              the private files under their names in the storage
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from leukplatform.operations.backups.errors import Damaged

SUMS = "SHA256SUMS"
MANIFEST = "manifest.json"
ANCHOR = "audit-anchor.jsonl"
FILES = "files"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """The content of a backup at the moment of the snapshot."""

    format: int
    made_at: str  # ISO 8601, UTC
    engine: str  # "postgresql" or "sqlite"
    database: str  # name of its file in the folder
    migrations: dict[str, list[str]]  # app -> names
    rows: dict[str, int]  # table -> rows
    audit_seals: int
    audit_head: str  # hash of the last seal
    files: int
    bytes: int  # of the files together
    missing: list[str]  # named by rows, but not in the storage when the backup was made
    altered: list[str]  # in the storage with another content than their rows say

    def write(self, folder: Path) -> None:
        (folder / MANIFEST).write_text(json.dumps(asdict(self), indent=1) + "\n")


def read_manifest(folder: Path) -> Manifest:
    """Raises Damaged."""
    try:
        facts: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
        if facts["format"] != FORMAT:
            raise Damaged(f"The backup has format {facts['format']}; this version of the platform reads {FORMAT}.")
        return Manifest(**facts)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise Damaged(f"{folder / MANIFEST} is not the manifest of a backup: {error!r}") from error


def write_sums(folder: Path, sums: dict[str, str]) -> None:
    lines = (f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
    with (folder / SUMS).open("w") as file:
        file.writelines(lines)


def read_sums(folder: Path) -> dict[str, str]:
    """Name -> SHA-256 in hexadecimal. Raises Damaged."""
    try:
        lines = (folder / SUMS).read_text().splitlines()
    except (OSError, ValueError) as error:
        raise Damaged(f"{folder} is not a backup, or lost its list of checksums: {error}") from error
    sums: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        digest, separator, name = line.partition("  ")
        if not separator or len(digest) != 64 or name in sums or not is_plain(name):
            raise Damaged(f"Line {number} of {folder / SUMS} is not a checksum.")
        sums[name] = digest
    return sums


def digests_of_files(folder: Path) -> dict[str, str]:
    """Name in the storage -> SHA-256. Raises Damaged."""
    start = f"{FILES}/"
    return {name[len(start) :]: digest for name, digest in read_sums(folder).items() if name.startswith(start)}


def is_plain(name: str) -> bool:
    """True for a name that stays below its folder and needs no quoting in a list of one name a line."""
    parts = name.split("/")
    return name.isprintable() and "\\" not in name and not {"", ".", ".."} & set(parts)
