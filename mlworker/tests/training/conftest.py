import pytest

from mlworker.training.data import manifest, stock


@pytest.fixture(scope="session")
def drawn(drawn_manifest, tmp_path_factory):
    """A stock of forty drawn fields."""
    cache = tmp_path_factory.mktemp("cache")
    return stock.load(manifest.read(drawn_manifest), root=drawn_manifest.parent, cache=cache)
