"""Writing files that are kept only if the transaction that names them is committed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import DatabaseError

from diagnosis.files.errors import STORAGE_ERRORS, StorageUnavailable
from diagnosis.models import FilePlan

_REMOVAL_ERRORS: tuple[type[Exception], ...] = (*STORAGE_ERRORS, DatabaseError)

logger = logging.getLogger(__name__)


class NewFiles:
    """Files written during one unit of work, below the prefix of its plan."""

    def __init__(self, plan: FilePlan) -> None:
        self._plan = plan
        self._names: list[str] = []
        self.is_kept = False

    def save(self, name: str, content: bytes | BinaryIO) -> str:
        """Store `content` below the prefix and return the name it got. Names are built from ids only, so they are new.

        Raises StorageUnavailable when the disk is full or the storage cannot be reached.
        """
        try:
            if not default_storage.exists(name):
                self._names.append(name)  # before saving: a full disk leaves the first part of a file behind
            file: File[bytes] = ContentFile(content) if isinstance(content, bytes) else File(content)
            stored_name = default_storage.save(name, file)
        except STORAGE_ERRORS as error:
            logger.exception("Could not store %s", name)
            raise StorageUnavailable(
                "The file could not be stored: the disk may be full. Nothing was saved. "
                "Try again later, and tell an administrator if it happens again."
            ) from error
        if stored_name not in self._names:  # the name was taken; the file that has it is not ours to remove
            self._names.append(stored_name)
        return stored_name

    def keep(self) -> None:
        """End the plan, in the transaction that names the files.

        Raises StorageUnavailable when the upkeep took the plan for a leftover, because its files may be gone.
        """
        if not FilePlan.objects.filter(pk=self._plan.pk).delete()[0]:
            raise StorageUnavailable("Storing the files took too long. Nothing was saved. Try again.")
        self.is_kept = True

    def remove(self) -> None:
        """Remove what was written. If that fails, the plan stays and the upkeep removes it later."""
        try:
            for name in self._names:
                default_storage.delete(name)
            FilePlan.objects.filter(pk=self._plan.pk).delete()
        except _REMOVAL_ERRORS:
            logger.exception("Could not remove what was stored below %s; the upkeep will", self._plan.prefix)
        self._names.clear()


@contextmanager
def new_files(prefix: str) -> Iterator[NewFiles]:
    """Provide files below `prefix` for one unit of work. Put it around the transaction, not inside it.

    The plan is committed first, so that `sweep` finds what a killed process stored. The block calls `keep()` in the
    transaction that names the files; without it, or when the block fails, they are removed.
    """
    plan = FilePlan.objects.create(prefix=prefix)
    files = NewFiles(plan)
    try:
        yield files
    except BaseException:
        files.remove()
        raise
    if not files.is_kept:
        files.remove()


def put(name: str, source: BinaryIO) -> None:
    """Store `source` under exactly this name, in place of any file that has it. For restoring a backup.

    Raises StorageUnavailable, also when another process takes the name meanwhile.
    """
    try:
        default_storage.delete(name)
        stored_name = default_storage.save(name, File(source))
    except STORAGE_ERRORS as error:
        raise StorageUnavailable(f"The file {name} could not be stored: {error}") from error
    if stored_name != name:
        raise StorageUnavailable(f"The file {name} was stored as {stored_name}: somebody else is writing there.")
