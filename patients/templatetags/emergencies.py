from __future__ import annotations

from django import template
from django.template import Context

from leukplatform.accounts.permissions import has_permission
from leukplatform.accounts.roles import Permission
from patients import selectors
from patients.models import Patient

register = template.Library()


@register.inclusion_tag("patients/_emergency_banner.html", takes_context=True)
def emergency_banner(context: Context) -> dict[str, object]:
    """Tell a doctor who reads the record (`patient` in the context) in an emergency that they do."""
    user, patient = context.get("user"), context.get("patient")
    if not isinstance(patient, Patient) or user is None or not has_permission(user, Permission.BREAK_GLASS):
        return {}
    return {"opened": selectors.emergency_of(user, patient), "csrf_token": context.get("csrf_token")}
