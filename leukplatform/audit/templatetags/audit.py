from __future__ import annotations

import re
from datetime import datetime

from django import template
from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

register = template.Library()
# "Slide" is what older rows call a picture.
_TYPES = {"SignOff": "Report", "User": "Account", "Slide": "Picture"}
_FACTS = {"slide": "picture", "slides": "pictures"}
_BEGINNING = re.compile(r"\b([0-9a-f]{8})(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


@register.filter
def as_words(value: object) -> str:
    """Write a fact from an event's details as one line. An id is cut to its beginning, as everywhere in the trail."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(as_words(item) for item in value) or _("none")
    return _BEGINNING.sub(r"\1", str(value))


@register.filter
def name_words(name: str) -> str:
    """Write the name of a fact as words: `address_hash` is "address hash"."""
    return _FACTS.get(name, name).replace("_", " ")


@register.filter
def type_words(name: str) -> str:
    """Name what was touched: `EmergencyAccess` is "Emergency access", and a sign-off is what people call a report."""
    return _TYPES.get(name) or re.sub(r"(?<=[a-z])[A-Z]", lambda found: f" {found[0].lower()}", name)


@register.filter
def role_words(role: str) -> str:
    """Name a role as on every other page: `ADMIN` is "Administrator"."""
    return str(dict(get_user_model()._meta.get_field("role").flatchoices).get(role, role))


@register.filter
def clock(value: datetime) -> str:
    """Write the time of day with its seconds, by which the rows of one minute are told apart."""
    return date_format(timezone.localtime(value), "H:i:s")
