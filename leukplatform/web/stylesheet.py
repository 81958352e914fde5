"""Every page loads one style sheet: the parts in `leukplatform/styles`, put together in this order."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

FOLDER = Path(settings.BASE_DIR) / "leukplatform" / "styles"
NAME = "css/leukplatform.css"
# Later parts win over earlier ones where both are as specific.
PARTS = (
    *("fonts", "tokens", "base", "text", "layout", "shell", "menus", "controls", "choices", "surfaces", "tables"),
    *("data", "meters", "upload", "viewer", "cells", "gallery", "reports", "reading", "second-factor", "print"),
)


class StylesheetFinder(BaseFinder):
    """Finds the one style sheet, and writes it anew when a part has changed since."""

    def __init__(self, app_names: Any = None, *args: Any, **kwargs: Any) -> None:
        self.storage = FileSystemStorage(location=Path(settings.VAR_DIR) / "styles")
        super().__init__(*args, **kwargs)

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path != NAME:
            return []
        found = str(_built(Path(self.storage.location)))
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Any]]:
        _built(Path(self.storage.location))
        yield NAME, self.storage


def _built(folder: Path) -> Path:
    target = folder / NAME
    parts = [FOLDER / f"{name}.css" for name in PARTS]
    newest = max(part.stat().st_mtime for part in parts)
    if target.exists() and target.stat().st_mtime > newest:
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=target.parent, delete=False, encoding="utf-8") as file:
        file.write("\n".join(part.read_text(encoding="utf-8") for part in parts))
    os.chmod(file.name, 0o644)
    os.replace(file.name, target)  # at once, since several processes may build it
    return target
