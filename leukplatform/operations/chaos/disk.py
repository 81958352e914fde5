"""A small file system for the pictures, which can be made full at will."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_ROOM = 512 * 1024 * 1024  # bytes
_TRIES = 20


class Disk:
    """A tmpfs, if one may be mounted here; else an ordinary folder, and the fault of a full disk is left out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.can_be_full = self._mount(f"size={_ROOM},mode=0700")

    def fill(self) -> None:
        """Leave room for no byte more. A file written between the two steps makes another try necessary."""
        assert any(self._mount(f"remount,size={max(self._used(), 4096)}") for _ in range(_TRIES)), "it stayed large"

    def free(self) -> None:
        assert self._mount(f"remount,size={_ROOM}"), "the disk could not be made large again"

    def close(self) -> None:
        if self.can_be_full:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=False)

    def _used(self) -> int:
        found = os.statvfs(self.folder)
        return (found.f_blocks - found.f_bfree) * found.f_frsize

    def _mount(self, options: str) -> bool:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.folder)]
        return os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0
