"""Tasks are queued by their names, which nothing but this test compares with the tasks that there are."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from celery import current_app
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ("leukplatform", "patients", "diagnosis")


def names_in(path: Path) -> Iterator[str]:
    """Every text in a file that reads like the name of a task: `diagnosis.tasks.run_analysis`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = node.value.split(".")
            if words[0] in APPS and "tasks" in words[1:-1] and all(word.isidentifier() for word in words):
                yield node.value


def test_every_queued_name_is_the_name_of_a_task() -> None:
    current_app.loader.import_default_modules()
    files = [path for app in APPS for path in (ROOT / app).rglob("*.py") if "tests" not in path.parts]
    used = {name for path in files for name in names_in(path)}
    assert {"diagnosis.tasks.run_analysis", "diagnosis.tasks.requeue_stale_analyses"} <= used
    assert used - set(current_app.tasks) == set()
