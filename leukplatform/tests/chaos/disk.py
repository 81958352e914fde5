"""A small file system for the pictures, which can be made full at will."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_ROOM = 512 * 1024 * 1024  # bytes


class Disk:
    """A tmpfs, if one may be mounted here; else an ordinary folder, and the fault of a full disk is left out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.can_be_full = self._mount(f"size={_ROOM},mode=0700")

    def fill(self) -> None:
        """No byte more than is there already."""
        used = (os.statvfs(self.folder).f_blocks - os.statvfs(self.folder).f_bfree) * os.statvfs(self.folder).f_frsize
        assert self._mount(f"remount,size={max(used, 4096)}"), "the disk could not be made small"

    def free(self) -> None:
        assert self._mount(f"remount,size={_ROOM}"), "the disk could not be made large again"

    def close(self) -> None:
        if self.can_be_full:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=False)

    def _mount(self, options: str) -> bool:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.folder)]
        return os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0
