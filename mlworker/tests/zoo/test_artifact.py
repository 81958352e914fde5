import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from mlworker.calibration.novelty import NoveltyRule, Statistics
from mlworker.errors import ArtifactError
from mlworker.tests import tiny
from mlworker.zoo import artifact


@pytest.fixture
def folder(tiny_folder, tmp_path):
    return shutil.copytree(tiny_folder, tmp_path / "model")


def test_a_complete_folder_has_an_identity(folder):
    found = artifact.read(folder)
    assert (found.identity.name, found.identity.version) == ("tiny", "1.0.0")
    assert found.identity.digest == artifact.sha256(found.model_path.read_bytes())


@pytest.mark.parametrize("name", [artifact.CARD_FILE, artifact.MODEL_FILE, artifact.REPORT_FILE])
def test_a_missing_file_is_an_error_that_names_it(folder, name):
    (folder / name).unlink()
    with pytest.raises(ArtifactError, match=name):
        artifact.read(folder)


def test_an_altered_graph_is_refused(folder):
    path = folder / artifact.MODEL_FILE
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    with pytest.raises(ArtifactError, match="SHA-256"):
        artifact.read(folder)


def test_altered_weights_are_refused_but_missing_ones_are_not(folder):
    card = json.loads((folder / artifact.CARD_FILE).read_text())
    card["weights_sha256"] = artifact.sha256(b"weights")
    (folder / artifact.CARD_FILE).write_text(json.dumps(card))
    assert artifact.read(folder).card.weights_sha256 == artifact.sha256(b"weights")
    (folder / artifact.WEIGHTS_FILE).write_bytes(b"other weights")
    with pytest.raises(ArtifactError, match="SHA-256"):
        artifact.read(folder)


def test_altered_novelty_statistics_are_refused(folder, tmp_path):
    found = artifact.read(folder)
    statistics = Statistics(
        np.zeros((4, 19), np.float32), np.eye(19, dtype=np.float32)[np.newaxis], np.zeros(4, np.int32)
    ).to_bytes()
    card = replace(
        found.card,
        novelty=NoveltyRule(scale=1.0, warning_above=0.5, unsuitable_above=0.75),
        novelty_sha256=artifact.sha256(statistics),
    )
    model = found.model_path.read_bytes()
    written = artifact.write(tmp_path / "n", card=card, model=model, weights=None, report="", novelty=statistics)
    assert artifact.read_novelty(written).means.shape == (4, 19)
    (written.folder / artifact.NOVELTY_FILE).write_bytes(b"something else")
    for read in (lambda: artifact.read(written.folder), lambda: artifact.read_novelty(written)):
        with pytest.raises(ArtifactError, match="SHA-256"):
            read()


def test_a_model_without_novelty_has_no_statistics(folder):
    assert artifact.read_novelty(artifact.read(folder)) is None


def test_overwriting_a_model_removes_its_files(folder):
    (folder / artifact.WEIGHTS_FILE).write_bytes(b"of an older model")
    tiny.write(folder)
    assert not (folder / artifact.WEIGHTS_FILE).exists()
    artifact.read(folder)


def test_a_card_of_another_graph_cannot_be_written(folder, tmp_path):
    card = artifact.read(folder).card
    with pytest.raises(ArtifactError, match="SHA-256"):
        artifact.write(tmp_path / "new", card=card, model=b"not the graph", weights=None, report="")


def test_the_tiny_model_is_the_same_every_time(tiny_folder, tmp_path):
    again = tiny.write(tmp_path / "again")
    for name in (artifact.CARD_FILE, artifact.MODEL_FILE):
        assert (again / name).read_bytes() == (tiny_folder / name).read_bytes()
