"""Prepare database, released models and demonstration: `python -m leukplatform.operations.launcher.preparation`."""

from __future__ import annotations

import os
import signal

import django
from django.core.management import call_command


def prepare() -> None:
    """Bring the data folder up to date. Safe to repeat: what is already there is left as it is."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("install_released")
    call_command("load_demo")


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a traceback; transactions roll back
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leukplatform.settings")
    django.setup()
    prepare()
