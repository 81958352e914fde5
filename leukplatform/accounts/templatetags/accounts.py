from __future__ import annotations

from django import template

from leukplatform.accounts import policies
from leukplatform.accounts.models import User

register = template.Library()


@register.filter
def in_fours(text: str) -> str:
    """A key that has to be typed, in groups the eye can hold."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


@register.simple_tag
def must_have_second_factor(user: User) -> bool:
    return policies.must_have_second_factor(user)
