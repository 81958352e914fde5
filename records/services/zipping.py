"""A ZIP that is sent while it is made, so that neither memory nor disk holds more of it than one piece."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the archive. `pieces` is read when its turn comes."""

    name: str
    pieces: Iterable[bytes]
    is_packed: bool = True  # False for pictures and PDFs, which would not get smaller


class _Outlet(io.RawIOBase):
    """The file the archive writes to: it cannot seek, and hands over what was written since it was last asked."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # zipfile writes bytes only
        self._pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken


def stream(members: Iterable[Member], *, made_at: datetime) -> Iterator[bytes]:
    """Yield the archive in pieces."""
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w") as archive:
        for member in members:
            info = zipfile.ZipInfo(member.name, date_time=made_at.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED if member.is_packed else zipfile.ZIP_STORED
            info.external_attr = 0o600 << 16
            with archive.open(info, "w", force_zip64=True) as file:  # the size is not known before
                for piece in member.pieces:
                    file.write(piece)
                    if sent := outlet.take():
                        yield sent
    yield outlet.take()
