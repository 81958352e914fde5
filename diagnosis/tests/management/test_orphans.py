"""Files that belong to nothing: what a process leaves behind when it is killed between storing and saving."""

from __future__ import annotations

import io
import os
import time

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command

from diagnosis.models import Conclusion
from diagnosis.services import pictures, signoffs
from diagnosis.tests.factories import AnalysisFactory, PictureFactory, checked_picture
from diagnosis.tests.uploads import encoded

AN_HOUR_AND_MORE = 3700


def aged(name: str, seconds: int = AN_HOUR_AND_MORE) -> str:
    then = time.time() - seconds
    os.utime(default_storage.path(name), (then, then))
    return name


def stored(name: str) -> str:
    return default_storage.save(name, ContentFile(encoded()))


def remove_orphans(*arguments: str) -> str:
    out = io.StringIO()
    call_command("remove_orphans", *arguments, stdout=out)
    return out.getvalue()


def test_orphaned_files_are_listed_and_removed_on_request(db, stored_files):
    names = {aged(stored("cases/1/pictures/2/picture.png")), aged(stored("analyses/3/1-overlay.png"))}
    listed = remove_orphans()
    assert all(name in listed for name in names)
    assert stored_files() == names
    assert "2 files belong to nothing and were removed." in remove_orphans("--delete")
    assert stored_files() == set()


def test_a_file_stored_a_moment_ago_is_kept(db, stored_files):
    name = aged(stored("cases/1/pictures/2/picture.png"), 60)
    remove_orphans("--delete")
    assert stored_files() == {name}


def test_files_named_by_a_picture_an_analysis_or_a_report_are_kept(case, doctor, stored_files):
    pictures.add(case=case, upload=checked_picture(), by=doctor)
    AnalysisFactory(
        picture=PictureFactory(case=case),
        succeeded=True,
        overlay=stored("analyses/3/1-overlay.png"),
        heatmap=stored("analyses/3/1-heatmap.png"),
    )
    words = {"conclusion": Conclusion.INCONCLUSIVE, "text": "Unclear.", "patient_text": "We look again."}
    signoffs.sign(case=case, **words, by=doctor)
    before = stored_files()
    for name in before:
        aged(name)
    assert "0 files belong to nothing." in remove_orphans("--delete")
    assert stored_files() == before


def test_other_folders_of_the_storage_are_left_alone(db, stored_files):
    name = aged(stored("backups/yesterday.dump"))
    remove_orphans("--delete")
    assert stored_files() == {name}


def test_an_empty_storage_has_nothing_to_remove(db):
    assert "0 files" in remove_orphans("--delete")
