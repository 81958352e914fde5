from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Protocol

CHUNK = 1024 * 1024  # bytes held at a time


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return copy(file, None)[0]


def copy(source: Readable, target: BinaryIO | None) -> tuple[str, int]:
    """Read to the end, writing to `target` where one is given. Returns the SHA-256 in hexadecimal and the bytes."""
    digest, size = sha256(), 0
    while block := source.read(CHUNK):
        digest.update(block)
        size += len(block)
        if target is not None:
            target.write(block)
    return digest.hexdigest(), size
