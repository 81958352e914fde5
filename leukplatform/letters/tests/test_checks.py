from __future__ import annotations

from django.conf import LazySettings
from django.core.checks import run_checks

from leukplatform.letters import checks


def problems(settings: LazySettings, *, host: str = "", is_printed: bool = False) -> list[str]:
    settings.EMAIL_HOST, settings.MAIL_IS_PRINTED = host, is_printed
    return [problem.id for problem in checks.check_mail_server()]


def test_production_without_a_mail_server_does_not_pass(settings: LazySettings):
    assert problems(settings) == ["letters.E001"]
    assert "EMAIL_BACKEND=console" in checks.NO_MAIL_SERVER.hint


def test_a_mail_server_passes(settings: LazySettings):
    assert problems(settings, host="mail.clinic.example") == []


def test_a_platform_without_a_mail_server_on_purpose_passes(settings: LazySettings):
    assert problems(settings, is_printed=True) == []


def test_check_deploy_runs_this_check(settings: LazySettings):
    settings.EMAIL_HOST, settings.MAIL_IS_PRINTED = "", False
    assert "letters.E001" in [problem.id for problem in run_checks(include_deployment_checks=True)]
    assert "letters.E001" not in [problem.id for problem in run_checks()]
