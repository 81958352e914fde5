"""Which files hold text that users see."""

from __future__ import annotations

from pathlib import Path

from leukplatform.tests.unmarked import code, pages, scripts
from leukplatform.tests.unmarked.finding import Finding

# Text in these places is read by whoever runs the platform, in a shell or a log, and stays in English.
FOR_OPERATORS = {"tests", "migrations", "management", "factories.py"}
FOLDERS_FOR_OPERATORS = {
    "leukplatform/operations",
    *("leukplatform/settings", "leukplatform/settings_test.py", "leukplatform/environment.py"),
    "leukplatform/audit/verification.py",  # shown by `manage.py verify_audit`
}


def find(place: Path) -> list[Finding]:
    """Return what is not marked in a file or folder, given by its path from the root of the repository."""
    files = [place] if place.is_file() else sorted(place.rglob("*"))
    found: list[Finding] = []
    for path in files:
        if path.suffix == ".py" and not _is_for_operators(path):
            found += code.find(path)
        elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
            found += pages.find(path)
        elif path.suffix == ".js" and not {"tests", "vendor"} & set(path.parts):
            found += scripts.find(path)
    return found


def _is_for_operators(path: Path) -> bool:
    folders = {path.as_posix(), *(it.as_posix() for it in path.parents)}
    return bool(FOR_OPERATORS & set(path.parts) or FOLDERS_FOR_OPERATORS & folders)
