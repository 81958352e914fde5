"""Counts the rows of the database, when a backup is made and after it was restored."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from leukplatform.audit.models import AuditSeal


@dataclass(frozen=True, slots=True)
class Inventory:
    migrations: dict[str, list[str]]  # app -> names, in their order
    rows: dict[str, int]  # table -> rows
    audit_seals: int
    audit_head: str


def take() -> Inventory:
    head = AuditSeal.objects.order_by("-seq").first()
    return Inventory(
        migrations=migrations(),
        rows={
            model._meta.db_table: model._base_manager.count()
            for model in apps.get_models(include_auto_created=True)
            if model is not Session and model._meta.managed
        },
        audit_seals=head.seq if head else 0,
        audit_head=head.hash if head else "",
    )


def migrations() -> dict[str, list[str]]:
    applied: dict[str, list[str]] = {}
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        applied.setdefault(app, []).append(name)
    return applied
