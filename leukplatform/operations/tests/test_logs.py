"""Log lines: one entry a line, in UTC, without one-time keys and without what was searched for."""

from __future__ import annotations

import logging
import re
import sys
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.urls import reverse
from gunicorn.config import Config

from leukplatform.operations.access_log import AccessLogger
from leukplatform.operations.logs import LineFormatter


@pytest.fixture
def formatter() -> LineFormatter:
    facts = settings.LOGGING["formatters"]["line"]
    assert facts["()"] == "leukplatform.operations.logs.LineFormatter"
    return LineFormatter(facts["format"])


def entry(text: str, *args: object, exc_info=None) -> logging.LogRecord:
    record = logging.LogRecord("leukplatform.test", logging.WARNING, __file__, 1, text, args, exc_info)
    record.created = 0.25  # seconds after the beginning of 1970
    return record


def test_an_entry_gives_time_in_utc_level_source_and_message(formatter) -> None:
    line = formatter.format(entry("Could not store %s", "a file"))
    assert line == "1970-01-01T00:00:00.250+00:00 WARNING leukplatform.test: Could not store a file"


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\x1b[2J", "\x00", "\x85", "\u2028"])
def test_text_from_outside_cannot_begin_an_entry_or_control_the_terminal(formatter, break_: str) -> None:
    line = formatter.format(entry("Not found: %s", f"/x{break_}1970-01-01T00:00:00.000+00:00 INFO forged"))
    assert len(line.splitlines()) == 1
    assert re.search(r"[\x00-\x1f\x7f-\x9f\u2028]", line) is None


def test_a_traceback_is_indented_whatever_the_error_says(formatter) -> None:
    try:
        raise ValueError("first\n1970-01-01T00:00:00.000+00:00 INFO forged")
    except ValueError:
        lines = formatter.format(entry("It failed", exc_info=sys.exc_info())).splitlines()
    assert lines[0].endswith("It failed")
    assert len(lines) > 3
    assert all(line.startswith("  ") for line in lines[1:])


@pytest.mark.parametrize("path", ["/account/invitation/abc-def/", "/account/password/reset/key/4z-c0ffee/"])
def test_a_one_time_key_is_not_written_down(formatter, path: str) -> None:
    line = formatter.format(entry("Service Unavailable: %s", path))
    assert path.split("/")[-2] not in line
    assert line.endswith("/.../")


def test_the_access_log_holds_neither_searches_nor_keys() -> None:
    environ = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": "/patients/?q=Lindqvist",
        "PATH_INFO": "/account/invitation/abc-def/",
        "QUERY_STRING": "q=Lindqvist",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_REFERER": "https://clinic.example/account/invitation/abc-def/?q=Lindqvist",
    }
    response = SimpleNamespace(status="200 OK", sent=10, headers=[])
    request = SimpleNamespace(headers=[("REFERER", environ["HTTP_REFERER"]), ("USER-AGENT", "Browser/1")])
    logger = AccessLogger(Config())

    atoms = logger.atoms(response, request, environ, timedelta(milliseconds=3))

    shown = {name: str(value) for name, value in atoms.items() if name not in ("{raw_uri}e", "{query_string}e")}
    line = logger.cfg.access_log_format % {**dict.fromkeys("abfhlrstu", "-"), **shown}
    assert "GET /patients/ HTTP/1.1" in line
    for name in re.findall(r"%\((.+?)\)s", logger.cfg.access_log_format):
        assert "Lindqvist" not in shown.get(name, ""), name
        assert "abc-def" not in shown.get(name, ""), name


def test_entries_go_to_standard_error_and_nowhere_else() -> None:
    logging_of = settings.LOGGING
    assert {handler["class"] for handler in logging_of["handlers"].values()} == {"logging.StreamHandler"}
    assert {handler["formatter"] for handler in logging_of["handlers"].values()} == {"line"}


def test_production_uses_this_access_log() -> None:
    compose = (settings.BASE_DIR / "docker-compose.yml").read_text()
    assert "--logger-class leukplatform.operations.access_log.AccessLogger" in compose


def test_no_person_and_no_password_is_logged(client, doctor, patient, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, logger="django.db.backends")  # the statements, which no server writes down
    client.post(reverse("account_login"), {"login": doctor.email, "password": "a-wrong-word-4711"})
    client.force_login(doctor)
    client.get(reverse("patients:list"), {"q": patient.family_name})
    client.get(reverse("records:record", args=[patient.pk]))
    client.post(reverse("diagnosis:case-create", args=[patient.pk]), {"question": "fever since Monday"})
    client.get(f"/cases/{patient.pk}/")  # not found
    client.get("/no/such/page/")
    assert "Not Found" in caplog.text
    for word in (patient.given_name, patient.family_name, patient.record_number, doctor.email, "4711", "fever"):
        assert word not in caplog.text, word
