"""The end of the chain, written down outside the database, so that an end that was cut off is noticed.

One JSON object a line: `seq`, `hash`, `time`. Lines are only ever added.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from leukplatform.audit.models import AuditSeal

_LONGEST_LINE = 4096  # bytes; a line has about 150


@dataclass(frozen=True, slots=True)
class Anchor:
    seq: int
    hash: str
    time: str  # ISO 8601, UTC


class Unreadable(Exception):
    """A line of the anchor file is not an anchor."""


class ChainBehindAnchor(Exception):
    """The database no longer holds what was anchored."""


def read(path: Path) -> Iterator[Anchor]:
    """Yield the anchors that the file holds now, oldest first. Raises Unreadable and names the line."""
    with path.open("rb") as file:
        end = os.fstat(file.fileno()).st_size  # lines added meanwhile speak of seals the reader has not met
        number = 0
        while file.tell() < end and (line := file.readline()).endswith(b"\n"):
            number += 1
            try:
                yield _parse(line)
            except ValueError as error:
                raise Unreadable(f"Line {number} of {path} is not an anchor: {line[:80]!r}") from error


def write(path: Path) -> Anchor | None:
    """Append the end of the chain, flushed to the disk; None when there is nothing new.

    Raises ChainBehindAnchor when the seal anchored last is no longer in the chain, and writes nothing then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # until it is closed
        last = _last(file, path)
        if last is not None:
            _check_still_there(last, path)
        head = AuditSeal.objects.order_by("-seq").first()
        if head is None or (last is not None and head.seq == last.seq):
            return None
        anchor = Anchor(head.seq, head.hash, datetime.now(UTC).isoformat(timespec="seconds"))
        file.write(json.dumps(asdict(anchor)).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
        return anchor


def _last(file: BinaryIO, path: Path) -> Anchor | None:
    """Return the last anchor and leave the file at its end. A line that a full disk cut short is removed."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _LONGEST_LINE))
    tail = file.read()
    whole = tail[: tail.rfind(b"\n") + 1]
    file.truncate(size - len(tail) + len(whole))
    file.seek(0, os.SEEK_END)
    if not whole:
        return None
    try:
        return _parse(whole.splitlines()[-1])
    except ValueError as error:
        raise Unreadable(f"The last line of {path} is not an anchor.") from error


def _check_still_there(last: Anchor, path: Path) -> None:
    seal = AuditSeal.objects.filter(seq=last.seq).first()
    if seal is None or seal.hash != last.hash:
        raise ChainBehindAnchor(
            f"Seal {last.seq}, anchored at {last.time} in {path}, is no longer in the database. Run "
            "`manage.py verify_audit`. If a backup was restored, keep the old anchor file aside and start a new one."
        )


def _parse(line: bytes) -> Anchor:
    facts = json.loads(line)
    if not isinstance(facts, dict) or not isinstance(facts.get("seq"), int):
        raise ValueError("seq is missing")
    return Anchor(seq=facts["seq"], hash=str(facts.get("hash")), time=str(facts.get("time")))
