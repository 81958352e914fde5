"""`patients` stands below `diagnosis` and `records`: it imports nothing of them and names two of their pages."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMPORT = re.compile(r"^\s*(?:from|import) (?:diagnosis|records)\b", re.MULTILINE)
ROUTE = re.compile(r"\b((?:diagnosis|records):[\w-]+)")
DIAGNOSIS = re.compile(r"\bdiagnosis[.:/]")  # a module, a route, a template


def sources() -> dict[str, str]:
    """Return the text of each source and template of `patients`, by its path."""
    code = [path for path in (ROOT / "patients").rglob("*.py") if not {"tests", "migrations"} & set(path.parts)]
    pages = (ROOT / "templates" / "patients").rglob("*.html")
    return {path.relative_to(ROOT).as_posix(): path.read_text() for path in (*code, *pages)}


def test_patients_imports_nothing_above_it():
    assert [name for name, text in sources().items() if IMPORT.search(text)] == []


def test_patients_names_nothing_of_diagnosis():
    assert [name for name, text in sources().items() if DIAGNOSIS.search(text)] == []


def test_patients_names_the_record_page_in_one_place_and_otherwise_only_the_erasure():
    named = {(name, route) for name, text in sources().items() for route in ROUTE.findall(text)}
    assert named == {
        ("patients/models/patient.py", "records:record"),
        ("templates/patients/care.html", "records:ask-erasure"),
    }
