"""Rules that hold for the whole repository."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import get_template
from django.urls import URLPattern
from rest_framework.permissions import IsAuthenticated

from leukplatform.tests.routes import patterns

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

# Pages for people who are not signed in. Everything else asks them to.
PUBLIC = {
    "home",
    "healthz",
    "texts",
    "accounts:invitation",
    "account_login",
    "account_logout",
    "account_signup",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",  # between the password and the second step
    "education:index",
    "education:page",
}
FORBIDDEN_IN_TEMPLATES = {
    "a style element": r"<style",
    "a style attribute": r"\sstyle\s*=",
    "an inline script": r"<script(?![^>]*\ssrc=)",
    "an event attribute": r"\son[a-z]+\s*=",
    "htmx's event attribute": r"hx-on",
    "a script address": r"javascript:",
    "text taken as markup": r"\|\s*safe\b|autoescape off",
}
MAY_USE_SAFE = {"includes/_field_notes.html"}  # help texts come from the forms' own code


def is_open(pattern: URLPattern) -> bool:
    """Django's middleware lets a page through that says so; the API's own check does for its pages."""
    view = pattern.callback
    api = getattr(view, "cls", None)
    if api is not None and hasattr(api, "permission_classes"):
        return IsAuthenticated not in api.permission_classes
    return not getattr(view, "login_required", True)


def test_every_page_asks_to_sign_in_but_those_listed() -> None:
    found = {name for name, pattern in patterns() if is_open(pattern)}
    assert found == PUBLIC


def test_every_page_has_a_name() -> None:
    unnamed = [str(pattern.pattern) for name, pattern in patterns() if name.endswith("None")]
    assert unnamed == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix())
def test_a_template_compiles_and_holds_nothing_the_content_policy_forbids(path: Path) -> None:
    name = path.relative_to(ROOT / "templates").as_posix()
    get_template(name)
    text = path.read_text()
    found = [what for what, pattern in FORBIDDEN_IN_TEMPLATES.items() if re.search(pattern, text, re.IGNORECASE)]
    allowed = ["text taken as markup"] if name in MAY_USE_SAFE else []
    assert [what for what in found if what not in allowed] == []


def test_drafts_belong_to_one_person_and_are_deleted_at_sign_out() -> None:
    """The names that leukplatform/static/js/draft.js relies on."""
    text = "".join(path.read_text() for path in TEMPLATES)
    keys = re.findall(r'data-draft-key="([^"]+)"', text)
    assert keys
    assert all(key.endswith("-{{ user.pk }}") for key in keys)
    assert '<meta name="account" content="{{ user.pk }}">' in text
    ways_out = re.findall(r"<form[^>]*(?:logout_url|account_logout)[^>]*>", text)
    assert ways_out
    assert all("data-sign-out" in form for form in ways_out)
    for name in ("base.html", "base_narrow.html"):
        assert "js/draft.js" in (ROOT / "templates" / name).read_text()


def test_every_static_file_named_in_a_template_exists() -> None:
    named = {name for path in TEMPLATES for name in re.findall(r"\{% static ['\"]([^'\"]+)['\"]", path.read_text())}
    assert [name for name in sorted(named) if finders.find(name) is None] == []


def test_the_web_process_loads_neither_the_core_nor_what_computes() -> None:
    program = """
import sys, django
from django.conf import settings
django.setup()
from django.urls import get_resolver
get_resolver().url_patterns
from django.core.wsgi import get_wsgi_application
get_wsgi_application()
heavy = {"tensorflow", "keras", "onnxruntime", "cv2", "sklearn", "matplotlib"}
print(sorted(heavy & sys.modules.keys()))
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip().splitlines()[-1] == "[]"
