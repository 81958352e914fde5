from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def as_words(value: object) -> str:
    """A fact from an event's details, as one line of text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "none"
    return str(value)
