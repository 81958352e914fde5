from __future__ import annotations

import uuid
from unittest import mock

import pytest

from leukplatform.web import rates

NOON = 1_800_000_000.0  # a whole hour


@pytest.fixture(autouse=True)
def clock():
    with mock.patch("leukplatform.web.rates.time.time", return_value=NOON + 600) as clock:
        yield clock


@pytest.fixture
def spend():
    test = uuid.uuid4()  # the cache may be a service that other tests use
    return lambda allowance="pictures:1", limit=3: rates.spend(f"{allowance}:{test}", limit=limit, seconds=3600)


def test_an_allowance_lasts_for_its_limit_and_then_tells_how_long_to_wait(spend):
    assert [spend() for _ in range(5)] == [0, 0, 0, 3000, 3000]


def test_each_person_has_their_own_allowance(spend):
    assert [spend("pictures:1", limit=1), spend("pictures:2", limit=1), spend("pictures:1", limit=1)] == [0, 0, 3000]


def test_the_next_hour_brings_a_new_allowance(clock, spend):
    spend(limit=1)
    clock.return_value = NOON + 3600
    assert spend(limit=1) == 0


def test_nobody_is_stopped_while_the_cache_is_down(caplog, spend):
    with mock.patch.object(rates.cache, "incr", side_effect=ConnectionError("no cache")):
        assert spend(limit=0) == 0
    assert "Could not count pictures:1" in caplog.text
