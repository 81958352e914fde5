"""The browsers of `diagnosis`."""

from diagnosis.tests.views.conftest import (
    admins_browser,
    doctors_browser,
    other_patients_browser,
    patients_browser,
    strangers_browser,
    trail,
)

__all__ = [
    "admins_browser",
    "doctors_browser",
    "other_patients_browser",
    "patients_browser",
    "strangers_browser",
    "trail",
]
