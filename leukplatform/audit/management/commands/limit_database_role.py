"""Run as the owner of the database after each `migrate`, when web and worker use an account of their own."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from leukplatform.audit import roles


class Command(BaseCommand):
    help = "Give a PostgreSQL role what web and worker need and nothing more: it cannot switch off the trail's guards."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", help="a role that exists and owns nothing here")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            roles.limit(options["role"])
        except roles.RoleUnfit as error:
            raise CommandError(str(error)) from error
        self.stdout.write(self.style.SUCCESS(f"{options['role']} may do what web and worker need, and no more."))
