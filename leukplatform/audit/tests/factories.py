"""Rows of the trail for tests of its reader. Everything else is written by `services.record`."""

from __future__ import annotations

import factory

from leukplatform.audit.actions import Action
from leukplatform.audit.models import AuditEvent


class AuditEventFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AuditEvent

    action = Action.PATIENT_VIEWED
    channel = "web"
