"""The letters to account holders. Links with one-time keys are made here, when a letter is sent, and never stored."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leukplatform.accounts import tokens
from leukplatform.accounts.models import User
from leukplatform.audit.context import current_origin
from leukplatform.letters import services
from leukplatform.letters.kinds import Context, Kind, absolute, register
from leukplatform.letters.models import Letter

# The library's name for a letter to an account's owner -> ours. The other letters it knows are owed by our services.
OF_THE_LIBRARY = {
    "mfa/email/totp_activated": "second_factor_on",
    "mfa/email/totp_deactivated": "second_factor_off",
    "mfa/email/recovery_codes_generated": "recovery_codes_made",
}


def register_kinds() -> None:
    """Make the letters of this app known."""
    register(Kind("invitation", _("Invitation"), _invitation))
    register(Kind("password_reset", _("Link to set a new password"), _password_reset))
    register(Kind("unknown_address", _("New password asked for under an unknown address"), _plain))
    register(Kind("password_changed", _("Password changed"), _change))
    register(Kind("password_set_by_link", _("Password set with a link"), _change))
    register(Kind("second_factor_on", _("Two-factor sign-in set up"), _change))
    register(Kind("second_factor_off", _("Two-factor sign-in removed"), _change))
    register(Kind("recovery_codes_made", _("New recovery codes"), _change))
    register(Kind("second_factor_reset", _("Two-factor sign-in removed by an administrator"), _plain))
    register(Kind("second_factor_guessed", _("Wrong codes for two-factor sign-in"), _plain))


def owe_change(kind: str, user: User) -> None:
    """Owe the owner word of a change to the account, with the address it came from: it may not have been them."""
    services.owe(kind, to=user, facts={"ip": current_origin().ip_address})


def _plain(letter: Letter) -> Context:
    return {}


def _change(letter: Letter) -> Context:
    """Tell of a change to the account: when, from which address, and where to go if it was somebody else."""
    return {
        "timestamp": letter.owed_at,
        "ip": letter.facts.get("ip", ""),
        "reset_url": absolute(reverse("account_reset_password")),
    }


def invitation_link(user: User) -> str:
    """Make the link that lets an invited person choose a password."""
    return absolute(reverse("accounts:invitation", args=[tokens.invitation_key(user)]))


def _invitation(letter: Letter) -> Context | None:
    user = owner(letter)
    if user.has_joined:
        return None
    return {"url": invitation_link(user), "hours": settings.PASSWORD_RESET_TIMEOUT // 3600}


def _password_reset(letter: Letter) -> Context | None:
    """Make the link that works once. Nobody waits any more for a letter that could not be sent for so long."""
    user = owner(letter)
    is_too_old = letter.owed_at < timezone.now() - timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    if is_too_old or not user.has_joined:
        return None
    key = {"uidb36": user_pk_to_url_str(user), "key": tokens.ResetTokens().make_token(user)}
    path = reverse("account_reset_password_from_key", kwargs=key)
    return {"url": absolute(path), "hours": settings.PASSWORD_RESET_TIMEOUT // 3600}


def owner(letter: Letter) -> User:
    """Return the account that the letter goes to."""
    assert letter.recipient is not None, "these letters go to accounts"  # not shown: an assertion
    return letter.recipient
