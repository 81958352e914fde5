"""Files of a process that was killed between storing them and committing the row that names them.

Only what lies below a plan that was never kept is looked at, so nothing else can be removed by mistake, not even after
an older database was restored beside newer files. (`manage.py remove_orphans` looks at everything, for a person.)
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from diagnosis.models import FilePlan
from diagnosis.services import orphans


def remove() -> int:
    """Remove what is below plans older than LEFTOVER_AGE and named by no row; how many files."""
    before = timezone.now() - timedelta(seconds=settings.LEFTOVER_AGE)
    plans = FilePlan.objects.filter(made_at__lt=before).values_list("pk", "prefix")
    return sum(_clear(pk, prefix) for pk, prefix in list(plans))


@transaction.atomic
def _clear(pk: int, prefix: str) -> int:
    """Takes the plan first: a unit of work that is late, not dead, then cannot commit (NewFiles.keep)."""
    if not FilePlan.objects.filter(pk=pk).delete()[0]:
        return 0
    names = orphans.below(prefix.rstrip("/"))
    for name in names:
        default_storage.delete(name)
    return len(names)
