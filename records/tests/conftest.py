"""The fixtures of `diagnosis`: a case, its pictures, and eyes for what a service left behind."""

from diagnosis.tests.conftest import (
    broken_audit,
    case,
    picture,
    release,
    sent,
    stored_files,
    trail,
)

__all__ = ["broken_audit", "case", "picture", "release", "sent", "stored_files", "trail"]
