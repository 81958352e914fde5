"""A process may be killed between storing a file and committing the row that names it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from diagnosis.files import sweep
from diagnosis.files.errors import StorageUnavailable
from diagnosis.files.write import NewFiles
from diagnosis.models import FilePlan
from diagnosis.services import pictures
from diagnosis.tests.factories import AnalysisFactory, checked_picture


@pytest.fixture
def killed(db, stored_files):
    """A plan and a file of a process that died an hour ago."""
    default_storage.save("cases/1/pictures/2/picture.png", ContentFile(b"never named"))
    return FilePlan.objects.create(prefix="cases/1/pictures/2/", made_at=timezone.now() - timedelta(hours=1))


def test_files_of_a_killed_process_are_removed_with_their_plan(killed, stored_files):
    assert sweep.leftovers() == 1
    assert stored_files() == set()
    assert not FilePlan.objects.exists()
    assert sweep.leftovers() == 0


def test_a_recent_plan_is_left_alone(killed, stored_files):
    FilePlan.objects.update(made_at=timezone.now())
    assert sweep.leftovers() == 0
    assert len(stored_files()) == 1


def test_a_file_that_a_row_names_is_kept_despite_its_plan(killed, picture, release, stored_files):
    AnalysisFactory(picture=picture, succeeded=True, overlay="cases/1/pictures/2/picture.png")
    before = stored_files()
    assert sweep.leftovers() == 0
    assert stored_files() == before


def test_files_without_a_plan_are_kept(killed, stored_files):
    default_storage.save("cases/1/pictures/3/picture.png", ContentFile(b"of a database restored from yesterday"))
    sweep.leftovers()
    assert stored_files() == {"cases/1/pictures/3/picture.png"}


def test_a_late_upload_without_its_plan_leaves_nothing(case, doctor, stored_files, monkeypatch, settings):
    settings.LEFTOVER_AGE = -1

    def save_late(self, name, content):
        stored = save(self, name, content)
        sweep.leftovers()  # beat, meanwhile
        return stored

    save = NewFiles.save
    monkeypatch.setattr(NewFiles, "save", save_late)
    with pytest.raises(StorageUnavailable):
        pictures.add(case=case, upload=checked_picture(), by=doctor)
    assert stored_files() == set()
    assert not case.pictures.exists()
