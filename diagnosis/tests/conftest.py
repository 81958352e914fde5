"""A case in care, a model in use, and eyes for what a service left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import pytest
from django.db import DatabaseError

from diagnosis.factories import CaseFactory, ModelReleaseFactory, PictureFactory
from diagnosis.models import Case, ModelRelease, Picture
from leukplatform.accounts.models import User
from leukplatform.audit.models import AuditEvent
from patients.models import Patient


@pytest.fixture(autouse=True)
def stored_files(tmp_path: Path, settings) -> Callable[[], set[str]]:
    """The private files, as names below the storage's root."""
    root = tmp_path / "private"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": root, "base_url": None},
        },
    }
    return lambda: {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def release(db: None) -> ModelRelease:
    return ModelReleaseFactory()


@pytest.fixture
def case(patient: Patient, doctor: User) -> Case:
    """Open, in the care of `doctor`, without a picture."""
    return CaseFactory(patient=patient, opened_by=doctor)


@pytest.fixture
def picture(case: Case) -> Picture:
    """In `case`, without an analysis."""
    return PictureFactory(case=case)


@pytest.fixture
def trail(db: None) -> Callable[[], list[str]]:
    """The actions recorded so far, oldest first."""
    return lambda: list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


@pytest.fixture
def broken_audit() -> Iterator[type[Exception]]:
    """The audit trail refuses every row. Gives the error to expect."""
    with mock.patch.object(AuditEvent.objects, "create", side_effect=DatabaseError("the trail is full")):
        yield DatabaseError


@pytest.fixture
def sent() -> Iterator[list[tuple[str, ...]]]:
    """Messages given to the broker, as (task, *arguments)."""
    messages: list[tuple[str, ...]] = []

    def send(task: object, args: tuple[str, ...] | None = None, *_: object, **__: object) -> None:
        messages.append((task.name.rsplit(".", 1)[-1], *(args or ())))

    with mock.patch("celery.app.task.Task.apply_async", autospec=True, side_effect=send):
        yield messages
