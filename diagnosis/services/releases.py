from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from diagnosis import policies
from diagnosis.models import ModelRelease
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import check_permission
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from mlworker.types import ModelIdentity


def place(folder: str) -> Path:
    """Return where the files of `ModelRelease.folder` lie: below INSTALLED_MODELS_DIR or RELEASED_MODELS_DIR."""
    installed = Path(settings.INSTALLED_MODELS_DIR) / folder
    return installed if installed.is_dir() else Path(settings.RELEASED_MODELS_DIR) / folder


def _check_allowed(by: User | None) -> None:
    """Raise NotAllowed unless `by` manages models. On the command line it is None, and everything is allowed."""
    if by is not None:
        check_permission(by, Permission.MANAGE_MODELS)


@transaction.atomic
def install(*, folder: str, identity: ModelIdentity, card: dict[str, Any], by: User | None = None) -> ModelRelease:
    """Make a model folder known. Installing the same files twice changes nothing; other thresholds are a new release.

    `folder` is what `place` finds; `identity` and `card` come from `mlworker.zoo.artifact`, which checked them.
    """
    _check_allowed(by)
    release, is_new = ModelRelease.objects.get_or_create(
        digest=identity.digest,
        parameters=identity.parameters,
        defaults={"name": identity.name, "version": identity.version, "folder": folder, "card": card},
    )
    if is_new:
        audit.record(Action.MODEL_INSTALLED, by=by, subject=release, details=_facts(release))
    return release


@transaction.atomic
def activate(*, release: ModelRelease, by: User | None = None) -> ModelRelease:
    """Use this release for every analysis requested from now on. Those requested before keep theirs.

    If it was the one compared, the two change places.
    """
    _check_allowed(by)
    # All rows are locked, in one order, so that two clicks at once end with one active release.
    locked = {row.pk: row for row in ModelRelease.objects.select_for_update().order_by("pk")}
    release = locked[release.pk]
    if release.is_active:
        return release
    was_compared = release.is_compared
    former = next((row for row in locked.values() if row.is_active), None)
    ModelRelease.objects.filter(pk__in=locked).update(is_active=False)
    release.is_active, release.is_compared, release.activated_at = True, False, timezone.now()
    release.save(update_fields=["is_active", "is_compared", "activated_at"])
    audit.record(Action.MODEL_ACTIVATED, by=by, subject=release, details=_facts(release))
    if was_compared and former is not None:
        _compare(former, by)
    return release


@transaction.atomic
def compare(*, release: ModelRelease, by: User | None = None) -> ModelRelease:
    """Let this release read every picture from now on in silence, beside the one in use and instead of another.

    Raises `Refused` for the release in use.
    """
    _check_allowed(by)
    release = {row.pk: row for row in ModelRelease.objects.select_for_update().order_by("pk")}[release.pk]
    policies.check_can_compare(release)
    if not release.is_compared:
        ModelRelease.objects.filter(is_compared=True).update(is_compared=False)
        _compare(release, by)
    return release


@transaction.atomic
def stop_comparing(*, release: ModelRelease, by: User | None = None) -> ModelRelease:
    """End the silent reading; what was counted stays."""
    _check_allowed(by)
    if ModelRelease.objects.filter(pk=release.pk, is_compared=True).update(is_compared=False):
        audit.record(Action.MODEL_COMPARISON_ENDED, by=by, subject=release, details=_facts(release))
    release.refresh_from_db()
    return release


def _compare(release: ModelRelease, by: User | None) -> None:
    release.is_compared = True
    release.save(update_fields=["is_compared"])
    audit.record(Action.MODEL_COMPARED, by=by, subject=release, details=_facts(release))


def _facts(release: ModelRelease) -> dict[str, object]:
    return {
        "name": release.name,
        "version": release.version,
        "digest": release.digest,
        "parameters": release.parameters,
    }
