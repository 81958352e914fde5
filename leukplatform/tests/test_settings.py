"""The settings, executed anew under environments made for each test."""

import ast
import importlib
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.password_validation import get_password_validators, validate_password
from django.core.exceptions import ImproperlyConfigured, ValidationError

import leukplatform
import leukplatform.settings
from leukplatform import environment

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = sorted((ROOT / "leukplatform" / "settings").glob("*.py"))
PRODUCTION = {
    "LEUKPLATFORM_ENV": "production",
    "SECRET_KEY": "x" * 60,
    "SITE_URL": "https://clinic.example",
    "ALLOWED_HOSTS": "clinic.example",
    "DATABASE_URL": "postgres://u:p@db/leukplatform",
    "REDIS_URL": "redis://redis/0",
}
# Read by docker-compose.yml alone.
COMPOSE_ONLY = {"POSTGRES_PASSWORD", "REDIS_PASSWORD"}

# What starts or asks the web server from outside.
BESIDE_DJANGO = ["leukplatform/operations/healthcheck.py", "leukplatform/operations/launcher/__main__.py"]

Settings = Callable[..., dict[str, Any]]


def variables_read() -> set[str]:
    """The first argument of every call of a function of leukplatform.environment."""
    nodes = [node for path in SETTINGS for node in ast.walk(ast.parse(path.read_text()))]
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    first_arguments = [call.args[0] for call in calls if ast.unparse(call.func).startswith("env.") and call.args]
    return {argument.value for argument in first_arguments if isinstance(argument, ast.Constant)}


@pytest.fixture
def settings_under(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    def load(**variables: str) -> dict[str, Any]:
        for name in variables_read():
            monkeypatch.delenv(name, raising=False)
        for name, value in {"VAR_DIR": str(tmp_path / "var"), **variables}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(leukplatform, "settings", leukplatform.settings)  # put back, as is sys.modules
        with mock.patch.dict(sys.modules):
            for name in [name for name in sys.modules if name.split(".")[:2] == ["leukplatform", "settings"]]:
                del sys.modules[name]
            return vars(importlib.import_module("leukplatform.settings"))

    return load


def test_the_example_lists_exactly_the_variables_that_are_read() -> None:
    example = (ROOT / ".env.example").read_text()
    listed = set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", example, flags=re.MULTILINE))
    assert listed - COMPOSE_ONLY == variables_read()


def test_the_environment_is_read_in_one_place() -> None:
    readers = [
        path.relative_to(ROOT).as_posix()
        for app in ("leukplatform", "patients", "diagnosis", "records")
        for path in (ROOT / app).rglob("*.py")
        if not {"tests", "chaos", "load", "stack"} & set(path.parts)  # these start platforms from outside
        and re.search(r"os\.(environ\[|environ\.get|getenv)", path.read_text())
    ]
    assert sorted(readers) == sorted(["leukplatform/environment.py", *BESIDE_DJANGO])


def test_without_any_setting_the_platform_runs_on_one_machine(settings_under: Settings, tmp_path: Path) -> None:
    settings = settings_under()
    assert settings["DATABASES"]["default"]["NAME"] == tmp_path / "var" / "leukplatform.sqlite3"
    assert settings["DATABASES"]["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert settings["CELERY_BROKER_URL"] == "filesystem://"
    assert settings["CELERY_BROKER_TRANSPORT"] == "leukplatform.operations.folder_broker:Transport"
    assert not settings["DEBUG"]
    assert not settings["REQUIRE_MFA"]


def test_the_secret_made_at_the_first_start_is_kept_and_private(settings_under: Settings, tmp_path: Path) -> None:
    assert settings_under()["SECRET_KEY"] == settings_under()["SECRET_KEY"]
    assert (tmp_path / "var" / "secret_key").stat().st_mode & 0o077 == 0


def test_production_is_closed(settings_under: Settings) -> None:
    settings = settings_under(**PRODUCTION, DEBUG="1")
    assert not settings["DEBUG"]
    assert settings["REQUIRE_MFA"]
    for name in ("SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS"):
        assert settings[name], name


def test_a_forwarded_address_is_believed_only_behind_a_proxy(settings_under: Settings) -> None:
    middleware = "leukplatform.web.proxy.ProxiedAddressMiddleware"
    assert middleware not in settings_under(**PRODUCTION)["MIDDLEWARE"]
    assert settings_under(**PRODUCTION, BEHIND_PROXY="1")["MIDDLEWARE"][0] == middleware


def test_a_secret_may_come_from_a_file(settings_under: Settings, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("y" * 60 + "\n")
    given = {name: value for name, value in PRODUCTION.items() if name != "SECRET_KEY"}
    assert settings_under(**given, SECRET_KEY_FILE=str(tmp_path / "secret"))["SECRET_KEY"] == "y" * 60


def test_a_password_on_the_list_of_leaked_ones_is_refused(settings_under: Settings, tmp_path: Path) -> None:
    (tmp_path / "leaked").write_text("correct horse battery staple\nanother-leaked-one\n")
    rules = get_password_validators(settings_under(PASSWORD_LIST=str(tmp_path / "leaked"))["AUTH_PASSWORD_VALIDATORS"])
    validate_password("correct horse battery clip", password_validators=rules)
    with pytest.raises(ValidationError, match="too common"):
        validate_password("Correct horse battery staple", password_validators=rules)


def test_a_missing_list_of_leaked_passwords_stops_the_start(settings_under: Settings, tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="PASSWORD_LIST"):
        settings_under(PASSWORD_LIST=str(tmp_path / "missing"))


def test_a_secret_that_is_named_twice_or_cannot_be_read_stops_the_start(
    settings_under: Settings, tmp_path: Path
) -> None:
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY or SECRET_KEY_FILE"):
        settings_under(**PRODUCTION, SECRET_KEY_FILE=str(tmp_path / "secret"))
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FILE cannot be read"):
        settings_under(**{**PRODUCTION, "SECRET_KEY": ""}, SECRET_KEY_FILE=str(tmp_path / "missing"))


@pytest.mark.parametrize("missing", [name for name in PRODUCTION if name != "LEUKPLATFORM_ENV"])
def test_production_does_not_start_without(missing: str, settings_under: Settings) -> None:
    given = {name: value for name, value in PRODUCTION.items() if name != missing}
    with pytest.raises(ImproperlyConfigured, match=missing):
        settings_under(**given)


@pytest.mark.parametrize(
    "wrong",
    [
        {"LEUKPLATFORM_ENV": "prod"},
        {"DEBUG": "true"},
        {"REQUIRE_MFA": "yes"},
        {"EMAIL_PORT": "smtp"},
        {"EMAIL_BACKEND": "smtp"},
    ],
)
def test_a_typing_error_stops_the_start(wrong: dict[str, str], settings_under: Settings) -> None:
    with pytest.raises(ImproperlyConfigured, match=next(iter(wrong))):
        settings_under(**wrong)


@pytest.mark.parametrize(
    ("variables", "backend", "is_printed"),
    [
        ({}, "ConsoleBackend", True),
        ({"EMAIL_HOST": "mail.example"}, "smtp.EmailBackend", False),
        (PRODUCTION, "smtp.EmailBackend", False),  # letters wait, and `check --deploy` says so
        ({**PRODUCTION, "EMAIL_BACKEND": "console"}, "ConsoleBackend", True),
    ],
)
def test_production_prints_letters_only_if_told_to(
    variables: dict[str, str], backend: str, is_printed: bool, settings_under: Settings
) -> None:
    settings = settings_under(**variables)
    assert settings["EMAIL_BACKEND"].endswith(backend)
    assert settings["MAIL_IS_PRINTED"] is is_printed


@pytest.mark.parametrize("variables", [{}, PRODUCTION])
def test_a_claim_outlives_its_work_and_a_message_its_claim(variables: dict[str, str], settings_under: Settings) -> None:
    settings = settings_under(**variables)
    assert settings["CELERY_TASK_TIME_LIMIT"] < settings["ANALYSIS_LEASE"]
    if settings["REDIS_URL"]:
        options = settings["CELERY_BROKER_TRANSPORT_OPTIONS"]
        looked_for_every = options["unacked_restore_interval"] * options["unacked_restore_throttle"]
        assert settings["ANALYSIS_LEASE"] < options["visibility_timeout"]
        assert looked_for_every <= options["visibility_timeout"] / 10


def test_a_dead_worker_s_analysis_is_under_way_again_within_ten_seconds(settings_under: Settings) -> None:
    settings = settings_under()
    upkeep = settings["CELERY_BEAT_SCHEDULE"]["requeue stale analyses"]["schedule"]
    for silence in (settings["ANALYSIS_HEARTBEAT_TIMEOUT"], settings["ANALYSIS_WAKE_AFTER"]):
        assert silence + upkeep <= 10
    assert 3 * settings["ANALYSIS_HEARTBEAT_INTERVAL"] <= settings["ANALYSIS_HEARTBEAT_TIMEOUT"]


def test_a_silent_broker_does_not_hold_anybody_up_for_long(settings_under: Settings) -> None:
    settings = settings_under(**PRODUCTION)
    options = settings["CELERY_BROKER_TRANSPORT_OPTIONS"]
    assert 1 < options["socket_timeout"] <= 5  # longer than a worker waits for a message (BRPOP, 1 s)
    assert not settings["CELERY_TASK_PUBLISH_RETRY"]
    assert settings["CACHES"]["default"]["OPTIONS"]["socket_timeout"] <= 5


def test_a_worker_outlives_its_broker_and_ends_its_work(settings_under: Settings) -> None:
    settings = settings_under(**PRODUCTION)
    assert settings["CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP"]
    assert settings["CELERY_BROKER_CONNECTION_MAX_RETRIES"] is None
    assert not settings["CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS"]


def test_no_script_or_style_of_another_origin_or_of_the_page_itself(settings_under: Settings) -> None:
    directives = settings_under()["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
    assert directives["default-src"] == ["'none'"]
    for name in ("script-src", "style-src", "connect-src", "form-action"):
        assert directives[name] == ["'self'"]


def test_words_are_split_and_trimmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_HOSTS", " a.example, b.example ,")
    assert environment.words("SOME_HOSTS") == ["a.example", "b.example"]


def test_processes_that_start_together_get_the_same_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret_key"
    path.write_text("made by another process a moment earlier")
    monkeypatch.setattr(Path, "exists", lambda self: False)  # as this process saw it
    assert environment.local_secret(path) == "made by another process a moment earlier"
    assert [entry.name for entry in tmp_path.iterdir()] == ["secret_key"]
