"""Refusals of the accounts. Their text is shown to the person as it is."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class Refused(Exception):
    """The account is not in a state that allows this."""


class AddressTaken(Refused):
    def __init__(self) -> None:
        super().__init__(_("This e-mail address has an account already."))


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
    def __init__(self) -> None:
        super().__init__(
            _(
                "This is the last administrator who can sign in. Make somebody else an administrator first; "
                "they must have accepted their invitation."
            )
        )


class InvitationInvalid(Refused):
    """The link is unknown, too old, replaced by a newer one, or used."""

    def __init__(self, *, is_used: bool = False) -> None:
        self.is_used = is_used
        super().__init__(_("This invitation has been used.") if is_used else _("This invitation is no longer valid."))
