"""Rules for passwords beyond Django's. No list of leaked passwords is asked: that needs a service on the network."""

from __future__ import annotations

import re

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from leukplatform.accounts.models import User

# The first guesses of somebody who knows only where this is.
_OF_THE_HOUSE = ("leukplatform", "leukaemia", "leukemia", "bloodsmear", "hospital", "clinic", "doctor", "patient")
_SHORTEST_WORD = 4  # letters; fewer are left over from good passwords too
_AS_LETTERS = str.maketrans("013457@$!", "oleastasi")


class DressedUpWordValidator:
    """Refuses a well-known word that was made long enough: with digits and signs around it, by saying it twice.

    Well known are Django's 20,000 common passwords, the words of this house, and the person's own name and address.
    """

    def __init__(self) -> None:
        self._common = CommonPasswordValidator().passwords

    def validate(self, password: str, user: User | None = None) -> None:
        text = password.lower()
        bare = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)
        letters = _letters(text)
        forms = {_once(form) for form in (text, bare, bare.translate(_AS_LETTERS), letters)}
        is_common = any(len(form) >= _SHORTEST_WORD and form in self._common for form in forms)
        if is_common or len(_without(letters, [*_OF_THE_HOUSE, *_words_about(user)])) < min(
            len(letters), _SHORTEST_WORD
        ):
            raise ValidationError(_("This password is a well-known word, only dressed up."), code="password_dressed_up")

    def get_help_text(self) -> str:
        return _("Your password can’t be a well-known word with digits and signs around it.")


class NotTheSamePasswordValidator:
    """Refuses the password that the account has now: somebody may have learnt it."""

    def validate(self, password: str, user: User | None = None) -> None:
        if user is not None and user.has_usable_password() and user.check_password(password):
            raise ValidationError(
                _("This is the password you have now. Choose another one."), code="password_unchanged"
            )

    def get_help_text(self) -> str:
        return _("Your new password can’t be the one you have now.")


def _letters(text: str) -> str:
    return re.sub(r"[\W\d_]+", "", text)


def _words_about(user: User | None) -> list[str]:
    return re.findall(r"[^\W\d_]{3,}", f"{user.name} {user.email}".lower()) if user is not None else []


def _without(text: str, words: list[str]) -> str:
    for word in words:
        text = text.replace(word, "")
    return text


def _once(text: str) -> str:
    """Reduce a repeated word to one: `wordword` is `word`."""
    match = re.fullmatch(r"(.+?)\1+", text)
    return match[1] if match else text
