"""Fixtures that the tests of the core share."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlworker.tests import tiny


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory) -> Path:
    """The folder of the tiny model. Copy it before changing anything in it."""
    return tiny.write(tmp_path_factory.mktemp("models") / "tiny")
