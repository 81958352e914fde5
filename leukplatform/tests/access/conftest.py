"""The world of the table, built once for all tests of this folder: what a request writes is taken back by itself."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator

import pytest
from django.test import override_settings

from leukplatform.accounts import lifetimes
from leukplatform.tests.access.asking import undone
from leukplatform.tests.access.world import World, make_world
from leukplatform.tests.storages import storages_in


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    storages = storages_in(tmp_path_factory.mktemp("private"))
    logging.disable(logging.WARNING)  # a line for each of thousands of refusals; errors are still shown
    try:
        with (
            django_db_blocker.unblock(),
            override_settings(STORAGES=storages),
            undone(),
            pytest.MonkeyPatch.context() as patch,
        ):
            # The first page a minute after the login writes down the time and sends the cookie again: of two answers
            # that are compared, it would be in one.
            patch.setattr(lifetimes, "_GRAIN", math.inf)
            yield make_world()
    finally:
        logging.disable(logging.NOTSET)
