import pytest

from mlworker.tests import needs


def test_a_missing_library_skips_and_names_the_command(monkeypatch):
    monkeypatch.setattr(needs, "ALL_INSTALLED", False)
    with pytest.raises(pytest.skip.Exception, match=r"needs no_such_library: make training"):
        needs.training("no_such_library")


def test_a_missing_library_fails_where_everything_is_installed(monkeypatch):
    monkeypatch.setattr(needs, "ALL_INSTALLED", True)
    with pytest.raises(ModuleNotFoundError):
        needs.training("no_such_library")


def test_a_library_that_is_there_is_returned():
    assert needs.training("json").dumps([1]) == "[1]"
