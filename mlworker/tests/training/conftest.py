import pytest

from mlworker.tests.training import drawn_stock


@pytest.fixture(scope="session")
def drawn(tmp_path_factory):
    """A stock of forty drawn fields."""
    return drawn_stock.load(tmp_path_factory.mktemp("stock"))
