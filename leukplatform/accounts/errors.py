"""Refusals of the services. Their text is shown to the person as it is."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """The account or the record is not in a state that allows this. A refusal with one reason has it as its `text`."""

    text: str | Promise = ""

    def __init__(self, text: str = "") -> None:
        super().__init__(text or str(self.text))


class AddressTaken(Refused):
    text = _("This e-mail address has an account already.")


class TooManyInvitations(Refused):
    def __init__(self, minutes: int) -> None:
        super().__init__(
            ngettext(
                "You have sent very many invitations. Please wait %(minutes)d minute before the next one.",
                "You have sent very many invitations. Please wait %(minutes)d minutes before the next one.",
                minutes,
            )
            % {"minutes": minutes}
        )


class LastAdministrator(Refused):
    text = _(
        "This is the last administrator who can sign in. Make somebody else an administrator first; they must have "
        "accepted their invitation."
    )


class InvitationInvalid(Refused):
    """The link is unknown, too old, replaced by a newer one, or used."""

    def __init__(self, *, is_used: bool = False) -> None:
        self.is_used = is_used
        used, invalid = gettext("This invitation has been used."), gettext("This invitation is no longer valid.")
        super().__init__(used if is_used else invalid)
