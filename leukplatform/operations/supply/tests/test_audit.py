"""`make audit` against a stand-in for pip-audit: what it says, and when it fails."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from leukplatform.operations.supply.locks import ROOT

CLEAN = {"name": "celery", "version": "5.7.0", "vulns": []}
SKIPPED = {"name": "kombu", "skip_reason": "Dependency not found"}
VULNERABLE = {"name": "django", "version": "5.2.0", "vulns": [{"id": "PYSEC-2025-1", "fix_versions": ["5.2.1"]}]}


@pytest.fixture
def audit(tmp_path):
    def run(answer: str, *, complaint: str = ""):
        stand_in = tmp_path / "pip-audit"
        program = f"#!{sys.executable}\nimport sys\nprint({answer!r})\nprint({complaint!r}, file=sys.stderr)\n"
        stand_in.write_text(program)
        stand_in.chmod(0o755)
        command = [sys.executable, str(ROOT / ".ci" / "audit.py"), str(stand_in)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    return run


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([CLEAN], 0, "1 packages looked up, 0 advisories."),
        ([CLEAN, VULNERABLE], 1, "django 5.2.0: PYSEC-2025-1, fixed in 5.2.1"),
        ([CLEAN, SKIPPED], 1, "Could not be looked up: kombu"),
        ([SKIPPED], 0, "NOT AUDITED: the package index carries no advisories"),
    ],
    ids=["clean", "vulnerable", "some unknown", "all unknown"],
)
def test_the_audit_fails_on_an_advisory_and_on_a_gap(audit, packages, code: int, said: str) -> None:
    done = audit(json.dumps({"dependencies": packages, "fixes": []}))
    assert done.returncode == code
    assert said in done.stdout


def test_an_audit_without_its_source_says_that_nothing_was_checked(audit) -> None:
    done = audit("", complaint="ConnectionError: name or service not known")
    assert done.returncode == 0
    assert done.stdout.startswith("NOT AUDITED: the source of advisories cannot be reached (ConnectionError")


def test_an_audit_that_breaks_for_another_reason_fails(audit) -> None:
    done = audit("", complaint="ERROR: invalid requirement")
    assert done.returncode == 1
    assert "ERROR: invalid requirement" in done.stdout
