"""Mail has one way out: a row, and the worker that sends it."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

from leukplatform.letters import kinds

ROOT = Path(settings.BASE_DIR)
_MAIL = ("django.core.mail", "smtplib", "aiosmtplib")
_NAMES = {"send_mail", "send_mass_mail", "mail_admins", "mail_managers", "email_user"}
_OWN = "leukplatform/letters/"


def sources() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    names = [name for name in listed.stdout.split() if not name.startswith(_OWN) and "/tests/" not in name]
    return [ROOT / name for name in names if name != "conftest.py" and (ROOT / name).exists()]


def ways_to_mail(source: str) -> list[str]:
    """Imports of a mail library, and calls of what sends."""
    found = []
    for node in ast.walk(ast.parse(source)):
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            modules = [f"{node.module}.{alias.name}" for alias in node.names]
        found += [name for name in modules if any(f"{name}.".startswith(f"{mail}.") for mail in _MAIL)]
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func).rsplit(".", 1)[-1]
            found += [name] if name in _NAMES else []
    return found


def test_no_code_outside_this_app_talks_to_a_mail_server():
    found = {str(path.relative_to(ROOT)): ways_to_mail(path.read_text()) for path in sources()}
    assert len(found) > 200
    assert {name: ways for name, ways in found.items() if ways} == {}


@pytest.mark.parametrize(
    "source",
    [
        "import smtplib",
        "from smtplib import SMTP",
        "import django.core.mail",
        "from django.core import mail",
        "from django.core.mail import EmailMessage",
        "user.email_user('Hello', 'you')",
        "def f():\n    from django.core.mail import send_mail",
    ],
)
def test_the_scan_finds_each_way_of_sending(source):
    assert ways_to_mail(source)


def test_every_kind_has_a_template_and_every_template_a_kind():
    for name in kinds.known():
        get_template(f"letters/{name}.txt")
    written = {path.stem for path in (ROOT / "templates" / "letters").glob("[!_]*.txt")}
    assert written == kinds.known()
