from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from diagnosis.management import demo


class Command(BaseCommand):
    help = "Load the demonstration (three logins, three patients, a case with drawn smears). Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.IS_PRODUCTION:
            raise CommandError("The demonstration has public passwords and is not loaded in production.")
        demo.load()
        self.stdout.write("\n  Demonstration logins")
        for login in demo.LOGINS:
            self.stdout.write(f"    {login.role.label:14}  {login.email:28}  {login.password}")
