"""The browsers of `diagnosis`, and a report to read."""

from diagnosis.tests.views.conftest import (
    admins_browser,
    analysed,
    doctors_browser,
    other_patients_browser,
    patients_browser,
    report,
    strangers_browser,
    trail,
)

__all__ = [
    "admins_browser",
    "analysed",
    "doctors_browser",
    "other_patients_browser",
    "patients_browser",
    "report",
    "strangers_browser",
    "trail",
]
