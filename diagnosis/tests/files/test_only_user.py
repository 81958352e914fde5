"""Only `diagnosis.files` speaks to the storage, so that every stored file is planned, counted and swept."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
NOT_SCANNED = {"tests", "migrations", "node_modules"}
NO_STORED_FILE = {"leukplatform/web/stylesheet.py"}  # Django's finders name the folder of a built file by a storage
STORAGE = re.compile(r"default_storage|\bstorages\[|^(?:from|import) django\.core\.files\.storage", re.MULTILINE)


def users_of_the_storage() -> list[str]:
    apps = [folder.parent for folder in ROOT.glob("*/__init__.py") if folder.parent.name != "mlworker"]
    sources = [path for app in apps for path in app.rglob("*.py") if not NOT_SCANNED & set(path.parts)]
    return sorted(
        path.relative_to(ROOT).as_posix()
        for path in sources
        if path.relative_to(ROOT).as_posix() not in NO_STORED_FILE and STORAGE.search(path.read_text())
    )


def test_only_the_files_room_uses_the_storage():
    assert users_of_the_storage() == [
        "diagnosis/files/inventory.py",
        "diagnosis/files/read.py",
        "diagnosis/files/sweep.py",
        "diagnosis/files/write.py",
    ]


@pytest.mark.parametrize(
    "line", ["from django.core.files.storage import default_storage", "storages['default'].open(name)"]
)
def test_a_use_of_the_storage_is_recognised(line):
    assert STORAGE.search(line)
