"""The list of erased records, kept outside the database: a restored backup brings them back.

One JSON object a line: `record`, the id under which the audit trail knows it. Lines are only added.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID


def read(path: Path) -> set[UUID]:
    """Return the ids; none when there is no file. Raises ValueError for a line it cannot read, and skips none."""
    if not path.exists():
        return set()
    return {UUID(json.loads(line)["record"]) for line in path.read_text().splitlines() if line.strip()}


def write(path: Path, records: Iterable[UUID]) -> None:
    """Add the ids that are not in the file yet, also those an earlier crash kept out, and flush them to the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # until it is closed
        known = read(path)
        file.writelines(json.dumps({"record": str(record)}) + "\n" for record in records if record not in known)
        file.flush()
        os.fsync(file.fileno())
