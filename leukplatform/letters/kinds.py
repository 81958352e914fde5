"""The kinds of letter. Each app registers its own in its `ready()`: what is needed to write one when it is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.template.loader import render_to_string

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from leukplatform.letters.models import Letter

Context = dict[str, object]


class NotYet(Exception):
    """The letter waits for something that is still under way."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"to be looked at again in {wait}")  # not shown: the delivery catches it
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Kind:
    """`context` gives what the template needs, as things are now; None when the letter is no longer to be sent.

    It may raise NotYet. The template is `letters/<name>.txt`: the first line is the subject.
    """

    name: str
    label: str | _StrPromise
    context: Callable[[Letter], Context | None]


@dataclass(frozen=True, slots=True)
class Text:
    subject: str
    body: str


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind of letter known. For an app's `ready()`."""
    _kinds[kind.name] = kind


def known() -> frozenset[str]:
    return frozenset(_kinds)


def label_of(name: str) -> str:
    return str(_kinds[name].label) if name in _kinds else name


def compose(letter: Letter) -> Text | None:
    """Write the letter; None when it is no longer to be sent. Raises NotYet, and KeyError for an unknown kind."""
    if letter.recipient is not None and not letter.recipient.is_active:
        return None
    context = _kinds[letter.kind].context(letter)
    if context is None:
        return None
    text = render_to_string(f"letters/{letter.kind}.txt", {"user": letter.recipient, "letter": letter, **context})
    subject, _, body = text.strip().partition("\n")
    return Text(subject.strip(), body.strip() + "\n")


def absolute(path: str) -> str:
    """Return the address of a page as a letter names it, whatever host the request came to."""
    return str(settings.SITE_URL + path)
