"""Opening stored files."""

from __future__ import annotations

from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage

from diagnosis.files.errors import STORAGE_ERRORS, FileMissing, StorageUnavailable


def open_file(name: str) -> File[Any]:
    """Open a stored file for reading bytes; the caller closes it.

    Raises FileMissing or StorageUnavailable. Reading from it later may raise one of STORAGE_ERRORS.
    """
    try:
        return default_storage.open(name, "rb")
    except FileNotFoundError as error:
        raise FileMissing(f"The stored file {name} does not exist.") from error
    except STORAGE_ERRORS as error:
        raise StorageUnavailable("The file storage cannot be reached just now.") from error


def read(name: str) -> bytes:
    """Return the content of a stored file. Raises FileMissing or StorageUnavailable."""
    try:
        with open_file(name) as file:
            content: bytes = file.read()
            return content
    except STORAGE_ERRORS as error:
        raise StorageUnavailable("The file storage cannot be reached just now.") from error
