from __future__ import annotations


class BackupError(Exception):
    """Text fit for an operator: what is wrong and what to do."""


class Damaged(BackupError):
    """The backup is not what was written."""


class Refused(BackupError):
    """Nothing was changed."""
