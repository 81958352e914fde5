"""Tests that need more than `make test` installs: they skip and name the command that brings it.

`LEUKPLATFORM_ALL_INSTALLED=1` says that `make training` has run: such a test then fails instead of skipping, so that a
library which went missing is noticed. Services, other backends of Keras and the YOLO extra stay optional.
"""

import importlib
import os
from types import ModuleType

import pytest

ALL_INSTALLED = os.environ.get("LEUKPLATFORM_ALL_INSTALLED") == "1"


def training(name: str) -> ModuleType:
    """Import a library that `make training` installs. Without it the test, fixture or test file that asks skips."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if ALL_INSTALLED or error.name != name:
            raise
        pytest.skip(f"needs {name}: make training", allow_module_level=True)
