"""Removing files: those of erased rows, those a killed process left behind, and those that no row names.

The upkeep (`leftovers`) looks only below plans that never ended, so it cannot remove anything else by mistake, not even
after an older database was restored beside newer files. `manage.py remove_orphans` looks at everything, for a person.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from diagnosis.files import inventory
from diagnosis.files.errors import STORAGE_ERRORS
from diagnosis.models import FilePlan

_FOLDERS = ("cases", "analyses")  # where files are written; nothing else in the storage is looked at
_MIN_AGE = timedelta(hours=1)  # the row of a younger file may be about to be committed

logger = logging.getLogger(__name__)


def orphans() -> list[str]:
    """Return the storage names of files older than an hour that no row names."""
    before = timezone.now() - _MIN_AGE
    return [name for folder in sorted(_FOLDERS) for name in inventory.unnamed(folder, before=before)]


def remove(names: Iterable[str]) -> None:
    """Remove these files."""
    for name in names:
        default_storage.delete(name)


def remove_on_commit(names: set[str], *, folders: Iterable[str]) -> None:
    """Once this transaction is committed, remove the files of its deleted rows and all else in their folders.

    The plans are committed with it, so the upkeep removes what this process cannot.
    """
    plans = FilePlan.objects.bulk_create(FilePlan(prefix=f"{folder}/") for folder in folders)
    transaction.on_commit(lambda: _remove_planned(names, plans))


def _remove_planned(names: set[str], plans: list[FilePlan]) -> None:
    try:
        remove(sorted(names))
        for plan in plans:
            _empty(plan.prefix)  # an attempt that was given up may have left files
        FilePlan.objects.filter(pk__in=[plan.pk for plan in plans]).delete()
    except STORAGE_ERRORS:
        logger.exception("Not all files of deleted rows could be removed; the upkeep will remove them")


def leftovers() -> int:
    """Remove what lies below plans older than LEFTOVER_AGE and is named by no row. Return the number of files."""
    before = timezone.now() - timedelta(seconds=settings.LEFTOVER_AGE)
    plans = FilePlan.objects.filter(made_at__lt=before).values_list("pk", "prefix")
    return sum(_clear(pk, prefix) for pk, prefix in list(plans))


@transaction.atomic
def _clear(pk: int, prefix: str) -> int:
    """Take the plan first: a unit of work that is late, not dead, then cannot commit (`NewFiles.keep`)."""
    return _empty(prefix) if FilePlan.objects.filter(pk=pk).delete()[0] else 0


def _empty(prefix: str) -> int:
    names = inventory.unnamed(prefix.rstrip("/"))
    remove(names)
    return len(names)
