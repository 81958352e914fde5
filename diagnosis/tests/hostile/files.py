"""Files that an attacker, a broken camera or an unlucky doctor may send. Built here; none lies in the repository."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Fate = Literal["kept", "refused", "either"]
PAYLOAD = b"<script>alert(document.domain)</script>"
PATIENT = b"Dana Lindqvist 1987-03-14"
# None of this may be in anything that is served.
FORBIDDEN = (b"<script", b"<?php", b"Lindqvist", b"GPS", b"Exif", b"xpacket", b"PK\x03\x04", b"%PDF", b"Photoshop")


@dataclass(frozen=True, slots=True)
class Hostile:
    """A file and what must become of it: kept as pixels alone, refused, or one of the two."""

    title: str
    content: bytes
    fate: Fate
    name: str = "field.png"

    def __str__(self) -> str:
        return self.title
