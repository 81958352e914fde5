"""Files that belong to nothing: a process killed between storing a file and committing its row leaves one behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.core.files.storage import default_storage
from django.utils import timezone

from diagnosis.services import stored_files

_FOLDERS = ("cases", "analyses")  # where the services put files; nothing else in the storage is looked at
_MIN_AGE = timedelta(hours=1)  # what is younger may be about to be committed


def find() -> list[str]:
    """Storage names of the files that no picture, analysis or report names, sorted.

    The files are listed before the rows are asked, so that a file whose row comes in between is not taken for one.
    """
    before = timezone.now() - _MIN_AGE
    stored = [name for folder in _FOLDERS for name in _files_below(folder)]
    old = {name for name in stored if default_storage.get_modified_time(name) < before}
    return sorted(old - {file.name for file in stored_files.named()}) if old else []


def below(folder: str) -> list[str]:
    """Storage names below one folder that no row names, however new."""
    stored = set(_files_below(folder))
    return sorted(stored - {file.name for file in stored_files.named(below=folder)}) if stored else []


def remove(names: list[str]) -> None:
    for name in names:
        default_storage.delete(name)


def _files_below(folder: str) -> Iterator[str]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:  # nothing was stored there yet
        return
    yield from (f"{folder}/{name}" for name in files)
    for name in folders:
        yield from _files_below(f"{folder}/{name}")
