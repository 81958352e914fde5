"""A case in care, a model in use, and eyes for what a service left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from unittest import mock

import pytest
from celery import Task
from django.db import DatabaseError

from diagnosis.models import Case, ModelRelease, Picture
from diagnosis.tests.factories import CaseFactory, ModelReleaseFactory, PictureFactory
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
    """A picture in `case`, without an analysis."""
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

    def send(name: str, args: Sequence[str] = (), **_: object) -> None:
        messages.append((name.rsplit(".", 1)[-1], *args))

    def apply(task: Task, args: Sequence[str] = (), *_: object, **__: object) -> None:
        send(task.name, args or ())

    by_name = mock.patch("celery.current_app.send_task", side_effect=send)
    with by_name, mock.patch("celery.app.task.Task.apply_async", autospec=True, side_effect=apply):
        yield messages
