import pytest

from mlworker.errors import ArtifactError
from mlworker.zoo import artifact, released


def test_the_primary_model_is_released():
    assert released.PRIMARY in released.names()


@pytest.mark.parametrize("name", released.names())
def test_every_released_folder_is_complete_and_has_the_name_of_its_model(name):
    card = artifact.read(released.folder(name)).card
    assert card.name == name
    assert card.parity is not None
    assert card.parity <= 1e-4
    assert 0 < card.metrics["test"]["accuracy"]["low"] <= card.metrics["test"]["accuracy"]["value"] <= 1


def test_the_released_models_are_small_enough_for_a_checkout():
    size = sum(path.stat().st_size for path in released.RELEASED.rglob("*") if path.is_file())
    assert size < 100e6


def test_a_path_is_taken_as_a_model_folder(tiny_folder):
    assert released.folder(str(tiny_folder)) == tiny_folder


def test_a_name_that_is_neither_model_nor_path_is_refused(tmp_path):
    with pytest.raises(ArtifactError, match="neither"):
        released.folder(str(tmp_path))
