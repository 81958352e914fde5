from __future__ import annotations


class BackupError(Exception):
    """A failure; its text tells the operator what is wrong and what to do."""


class Damaged(BackupError):
    """The backup differs from what was written."""


class Refused(BackupError):
    """Nothing was changed."""
