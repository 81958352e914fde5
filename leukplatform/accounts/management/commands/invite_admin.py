"""Invite the first administrator of an installation: nobody is there yet who could do it from the pages."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.forms import ValidationError

from leukplatform.accounts.errors import Refused
from leukplatform.accounts.letters import invitation_link
from leukplatform.accounts.roles import Role
from leukplatform.accounts.services import invitations


class Command(BaseCommand):
    help = "Invite an administrator by e-mail. Everybody else is invited from the pages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")
        parser.add_argument("--show-link", action="store_true", help="Print the one-time link here, on the terminal.")

    def handle(self, *args: Any, email: str, name: str, show_link: bool, **options: Any) -> None:
        try:
            validate_email(email)
            user = invitations.invite(email=email, name=name, role=Role.ADMIN, by=None)
        except ValidationError as error:
            raise CommandError("This is not an e-mail address.") from error
        except Refused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"An invitation is on its way to {user.email}.")
        if show_link:
            self.stdout.write(invitation_link(user))
