"""The fixtures of `diagnosis`: a case, its pictures and reports, and eyes for what a service left behind."""

from diagnosis.tests.conftest import (
    amended_report,
    analysed,
    analysis,
    broken_audit,
    case,
    picture,
    release,
    report,
    sent,
    signed_report,
    stored_files,
    trail,
)

__all__ = [
    "amended_report",
    "analysed",
    "analysis",
    "broken_audit",
    "case",
    "picture",
    "release",
    "report",
    "sent",
    "signed_report",
    "stored_files",
    "trail",
]
