"""Reads for the pages on patients, always from what the user may see."""

from patients.selectors.care import CareTeam, assignment, care_team, doctors_to_add, patients
from patients.selectors.emergencies import (
    emergencies_of,
    emergencies_to_review,
    emergency,
    emergency_of,
    emergency_to_review,
    misses_of,
    own_emergencies,
    recent_emergencies,
)
from patients.selectors.oversight import erasure, erasures, last_erasure, unattended, unattended_record
from patients.selectors.readers import Reading, all_readings, own_record, readings

__all__ = [
    "CareTeam",
    "Reading",
    "all_readings",
    "assignment",
    "care_team",
    "doctors_to_add",
    "emergencies_of",
    "emergencies_to_review",
    "emergency",
    "emergency_of",
    "emergency_to_review",
    "erasure",
    "erasures",
    "last_erasure",
    "misses_of",
    "own_emergencies",
    "own_record",
    "patients",
    "readings",
    "recent_emergencies",
    "unattended",
    "unattended_record",
]
