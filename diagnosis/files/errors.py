"""The errors of a storage, whichever storage it is."""

from __future__ import annotations

try:  # S3 is optional (locks/production.txt)
    from botocore.exceptions import BotoCoreError, ClientError

    STORAGE_ERRORS: tuple[type[Exception], ...] = (OSError, BotoCoreError, ClientError)
except ImportError:
    STORAGE_ERRORS = (OSError,)


class StorageUnavailable(Exception):
    """The storage cannot take or give a file at the moment. Nothing is half-written; a later attempt may succeed."""


class FileMissing(Exception):
    """The storage answers, but does not have the file. Another attempt does not help."""


READ_ERRORS: tuple[type[Exception], ...] = (FileMissing, StorageUnavailable, *STORAGE_ERRORS)  # opening and reading
