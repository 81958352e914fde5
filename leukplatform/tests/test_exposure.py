"""A server gives nothing away beside its pages: no methods, folders, sources, headers of the wrong kind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from leukplatform.tests.routes import patterns

IMAGE = (settings.BASE_DIR / ".dockerignore").read_text().splitlines()
BESIDE_THE_PLATFORM = ("chaos", "load", "stack", "supply")  # programs of leukplatform/operations that no image holds
KINDS = {"texts": ('text/javascript; charset="utf-8"',)}
SOME_ID = "00000000-0000-4000-8000-000000000000"


def addresses() -> dict[str, str]:
    """One address of every route."""
    found = {}
    for name, route in patterns():
        by_kind = {key: type(kind).__name__ for key, kind in route.pattern.converters.items()}
        values = {key: {"UUIDConverter": SOME_ID, "IntConverter": 1}.get(kind, "x") for key, kind in by_kind.items()}
        found[name] = reverse(name, kwargs=values or dict.fromkeys(route.pattern.regex.groupindex, "x"))
    return found


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PROPFIND"])
def test_no_page_answers_an_unused_method(client: Client, doctor, method: str) -> None:
    client.force_login(doctor)
    for name, address in addresses().items():
        response = client.generic(method, address, HTTP_X_SECRET="echo-me")
        assert response.status_code in (302, 403, 404, 405), name
        assert b"echo-me" not in response.content, name


@pytest.mark.parametrize(
    "path", ["/static/", "/static/css/", "/media/", "/.git/config", "/.env", "/var/secret_key", "/static/../manage.py"]
)
def test_no_folder_and_no_source_is_served(client: Client, admin, path: str) -> None:
    client.force_login(admin)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("role", ["doctor", "patient_user", "admin"])
def test_every_answer_states_its_type_and_every_page_offers_to_sign_out(client: Client, role: str, request) -> None:
    client.force_login(request.getfixturevalue(role))
    pages = 0
    for name, address in addresses().items():
        response = client.get(address)
        if not response.streaming and response.content:
            kind = response["Content-Type"]
            assert kind in KINDS.get(name, ("text/html; charset=utf-8", "application/json")), name
            assert (b"<html" in response.content) == kind.startswith("text/html"), name
        if response.status_code == 200 and b"<html" in response.getvalue():
            pages += 1
            assert f'action="{reverse("account_logout")}"'.encode() in response.content, name
    assert pages > 5


def test_a_repeated_field_counts_once_for_check_and_use(client: Client, doctor, other_patient) -> None:
    client.force_login(doctor)
    shown = client.get("/patients/?q=nobody-at-all&q=&q=%00")
    assert shown.status_code == 200
    new = {"name": ["<b>", "Dr Ada Moreau-Keita"]}
    client.post(reverse("accounts:profile"), new)
    doctor.refresh_from_db()
    assert doctor.name == "Dr Ada Moreau-Keita"
    page = client.get(reverse("records:record", args=[other_patient.pk]) + f"?pk={other_patient.pk}&pk=1")
    assert page.status_code == 404


@pytest.mark.parametrize(
    "address", ["/", "/healthz", "/no/such/page/", "/static/css/leukplatform.css", "/api/v1/cases/"]
)
def test_every_answer_carries_the_security_headers(client: Client, db, address: str) -> None:
    response = client.get(address)
    response.close()  # a file that is streamed
    headers = response.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    for directive in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert directive in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "Access-Control-Allow-Origin" not in headers
    assert "Server" not in headers
    assert "X-Powered-By" not in headers


def test_only_what_serves_goes_into_the_image() -> None:
    rules = [line for line in IMAGE if line and not line.startswith("#")]
    assert rules[0] == "*"  # all is left out but what follows
    assert {line for line in rules if line.startswith("!")} == {
        "!diagnosis", "!leukplatform", "!mlworker", "!patients", "!records", "!templates",
        "!manage.py", "!locks/production.txt", "!LICENSE",
    }  # fmt: skip
    beside = {f"leukplatform/operations/{name}" for name in BESIDE_THE_PLATFORM}
    assert {"**/tests", "**/factories.py"} | beside <= set(rules)


def test_the_processes_of_production_run_without_rights() -> None:
    compose = (settings.BASE_DIR / "docker-compose.yml").read_text()
    platform = compose[compose.index("x-platform") : compose.index("services:")]
    for line in ("read_only: true", "cap_drop: [ALL]", '"no-new-privileges:true"'):
        assert line in platform
    assert re.search(r"^USER leukplatform$", (settings.BASE_DIR / "Dockerfile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", ["PRIVATE_ROOT", "AUDIT_ANCHOR_FILE", "ERASED_FILE"])
def test_data_that_outlives_a_container_is_in_a_volume(name: str) -> None:
    image = (settings.BASE_DIR / "Dockerfile").read_text()
    place = re.search(rf"^\s+{name}=(/[^/\s]+)", image, re.MULTILINE)
    assert place, f"the image leaves {name} in VAR_DIR, which is gone with the container"
    assert place[1] in re.search(r"^VOLUME \[(.*)\]$", image, re.MULTILINE)[1]
    compose = (settings.BASE_DIR / "docker-compose.yml").read_text()
    platform = compose[compose.index("x-platform") : compose.index("services:")]
    assert f':{place[1]}"' in re.search(r"^  volumes: \[(.*)\]$", platform, re.MULTILINE)[1]


def test_no_password_is_written_into_the_compose_file() -> None:
    compose = (settings.BASE_DIR / "docker-compose.yml").read_text()
    passwords = re.findall(r"^\s*(?:POSTGRES_PASSWORD|REDISCLI_AUTH): (.*)$", compose, re.MULTILINE)
    assert len(passwords) == 2
    assert all(value.startswith("${") and ":?" in value for value in passwords)


def test_no_page_or_style_loads_anything_from_elsewhere() -> None:
    for path in [
        *Path(settings.BASE_DIR / "templates").rglob("*.html"),
        *Path(settings.BASE_DIR).glob("leukplatform/styles/*"),
    ]:
        loaded = re.findall(
            r"(?:src|srcset)=\"(https?:[^\"]+)|<link[^>]+href=\"(https?:[^\"]+)|url\((https?:[^)]+)", path.read_text()
        )
        assert loaded == [], path


def test_nothing_in_the_image_imports_what_is_left_out_of_it() -> None:
    beside = "|".join(BESIDE_THE_PLATFORM)
    left_out = re.compile(
        rf"^\s*(?:from|import) [\w.]*(?:\.tests\b|\.factories\b|leukplatform\.operations\.(?:{beside})\b)", re.MULTILINE
    )
    apps = ("leukplatform", "patients", "diagnosis", "records", "mlworker")
    sources = [path.relative_to(settings.BASE_DIR) for app in apps for path in (settings.BASE_DIR / app).rglob("*.py")]
    left_out_folders = {"tests", *BESIDE_THE_PLATFORM}
    served = [path for path in sources if not left_out_folders & set(path.parts) and path.name != "factories.py"]
    assert len(served) > 150
    assert [path for path in served if left_out.search((settings.BASE_DIR / path).read_text())] == []
