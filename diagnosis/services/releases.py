from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from diagnosis import permissions
from diagnosis.models import ModelRelease
from leukplatform.accounts.models import User
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from mlworker.types import ModelIdentity


def _check_allowed(by: User | None) -> None:
    """`by` is None on the command line, where whoever reaches the machine may do everything."""
    if by is not None:
        permissions.check_can_manage_models(by)


@transaction.atomic
def install(*, folder: str, identity: ModelIdentity, card: dict[str, Any], by: User | None = None) -> ModelRelease:
    """Make a model folder known. Installing the same files twice changes nothing; other thresholds are a new release.

    `folder` is below RELEASED_MODELS_DIR; `identity` and `card` come from `mlworker.zoo.artifact`, which checked them.
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
    """Use this release for every analysis requested from now on. Those requested before keep theirs."""
    _check_allowed(by)
    # All rows are locked, in one order, so that two clicks at once end with one active release.
    locked = {row.pk: row for row in ModelRelease.objects.select_for_update().order_by("pk")}
    release = locked[release.pk]
    if release.is_active:
        return release
    ModelRelease.objects.filter(is_active=True).update(is_active=False)
    release.is_active, release.activated_at = True, timezone.now()
    release.save(update_fields=["is_active", "activated_at"])
    audit.record(Action.MODEL_ACTIVATED, by=by, subject=release, details=_facts(release))
    return release


def _facts(release: ModelRelease) -> dict[str, object]:
    return {
        "name": release.name,
        "version": release.version,
        "digest": release.digest,
        "parameters": release.parameters,
    }
