"""Fixtures that the tests of the core share."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlworker.tests import tiny
from mlworker.tests.training import drawn_stock


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory) -> Path:
    """The folder of the tiny model. Copy it before changing anything in it."""
    return tiny.write(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def drawn_manifest(tmp_path_factory) -> Path:
    """The manifest of forty small drawn fields, beside their files. Not to be changed."""
    return drawn_stock.write_manifest(tmp_path_factory.mktemp("drawn") / "pictures")
