"""Private files that stand or fall with a transaction, and plain words when the storage fails."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import DatabaseError

from diagnosis.models import FilePlan

try:  # S3 is optional (requirements-production.txt)
    from botocore.exceptions import BotoCoreError, ClientError

    STORAGE_ERRORS: tuple[type[Exception], ...] = (OSError, BotoCoreError, ClientError)
except ImportError:
    STORAGE_ERRORS = (OSError,)

_REMOVAL_ERRORS: tuple[type[Exception], ...] = (*STORAGE_ERRORS, DatabaseError)

logger = logging.getLogger(__name__)


class StorageUnavailable(Exception):
    """The file storage did not take or give a file just now. Nothing was half-written; trying later may succeed."""


class FileMissing(Exception):
    """The storage answers, but does not have the file. Trying again does not help."""


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
            stored_name = default_storage.save(name, _as_file(content))
        except STORAGE_ERRORS as error:
            logger.exception("Could not store %s", name)
            raise StorageUnavailable(
                "The file could not be stored: the disk may be full. Nothing was saved. "
                "Try again later, and tell an administrator if it happens again."
            ) from error
        if stored_name not in self._names:  # the name was taken, by a file that is not ours to remove
            self._names.append(stored_name)
        return stored_name

    def keep(self) -> None:
        """The plan ends with the transaction that names the files.

        Raises StorageUnavailable when the plan was taken for a leftover, and its files may be gone.
        """
        if not FilePlan.objects.filter(pk=self._plan.pk).delete()[0]:
            raise StorageUnavailable("Storing the files took too long. Nothing was saved. Try again.")
        self.is_kept = True

    def remove(self) -> None:
        """What cannot be removed now is removed later: then the plan stays."""
        try:
            for name in self._names:
                default_storage.delete(name)
            FilePlan.objects.filter(pk=self._plan.pk).delete()
        except _REMOVAL_ERRORS:
            logger.exception("Could not remove what was stored below %s; the upkeep will", self._plan.prefix)
        self._names.clear()


def _as_file(content: bytes | BinaryIO) -> File[bytes]:
    return ContentFile(content) if isinstance(content, bytes) else File(content)


@contextmanager
def new_files(prefix: str) -> Iterator[NewFiles]:
    """Files below `prefix` that stand or fall with the block. Put it around the transaction, not inside it.

    The plan is committed first, so that `leftovers` finds what a killed process stored. The block calls `keep()` in the
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


def read(name: str) -> bytes:
    """The content of a stored file. Raises FileMissing or StorageUnavailable."""
    try:
        with default_storage.open(name, "rb") as file:
            return file.read()
    except FileNotFoundError as error:
        raise FileMissing(f"The stored file {name} does not exist.") from error
    except STORAGE_ERRORS as error:
        raise StorageUnavailable("The file storage cannot be reached just now.") from error
