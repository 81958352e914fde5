import os
import shutil

import numpy as np
import pytest

from mlworker.errors import ArtifactError
from mlworker.inference import engine as engines
from mlworker.inference.engine import BATCH, KEPT_SESSIONS, Engine
from mlworker.phantom import FieldKind, draw_field
from mlworker.zoo import artifact


@pytest.fixture(scope="module")
def field():
    return draw_field(1, kind=FieldKind.LEUKEMIA, width=320, height=240).image


def test_a_folder_is_opened_once(tiny_folder):
    assert engines.load(tiny_folder) is engines.load(tiny_folder)


def test_a_replaced_folder_is_opened_again(tiny_folder, tmp_path):
    folder = shutil.copytree(tiny_folder, tmp_path / "model")
    first = engines.load(folder)
    os.utime(folder / artifact.CARD_FILE, ns=(1, 1))
    assert engines.load(folder) is not first


def test_only_a_few_sessions_are_kept(tiny_folder, tmp_path):
    folders = [shutil.copytree(tiny_folder, tmp_path / str(number)) for number in range(KEPT_SESSIONS + 1)]
    first = engines.load(folders[0])
    for folder in folders[1:]:
        engines.load(folder)
    assert engines.load(folders[0]) is not first


def test_pictures_answered_together_and_one_by_one_agree(tiny_folder, field):
    engine = Engine(tiny_folder)
    rng = np.random.default_rng(0)
    many = np.stack([engine.prepare(np.roll(field, rng.integers(100), axis=1)) for _ in range(BATCH + 3)])
    together = engine.predict(many)
    assert together.logits.shape == (BATCH + 3, 4)
    assert together.evidence.shape == (BATCH + 3, 32, 32)
    for number in (0, BATCH, BATCH + 2):
        alone = engine.predict(many[number : number + 1])
        np.testing.assert_allclose(alone.logits[0], together.logits[number], atol=1e-5)


def test_the_evidence_of_the_tiny_model_adds_up_to_its_log_odds(tiny_folder, field):
    engine = Engine(tiny_folder)
    prediction = engine.predict(engine.prepare(field)[np.newaxis])
    assert prediction.logits[0, 1] == pytest.approx(prediction.evidence.mean() - 6.1, abs=1e-4)


@pytest.mark.parametrize("name", [artifact.CARD_FILE, artifact.MODEL_FILE])
def test_an_incomplete_folder_is_an_artifact_error(tiny_folder, tmp_path, name):
    folder = shutil.copytree(tiny_folder, tmp_path / "model")
    (folder / name).unlink()
    with pytest.raises(ArtifactError, match="Install the model"):
        engines.load(folder)


def test_bytes_that_are_not_a_graph_are_an_artifact_error(tiny_folder, tmp_path):
    folder = shutil.copytree(tiny_folder, tmp_path / "model")
    (folder / artifact.MODEL_FILE).write_bytes(b"no graph")
    card = (folder / artifact.CARD_FILE).read_text()
    known = artifact.read(tiny_folder).card.model_sha256
    (folder / artifact.CARD_FILE).write_text(card.replace(known, artifact.sha256(b"no graph")))
    with pytest.raises(ArtifactError, match="ONNX Runtime cannot open"):
        engines.load(folder)


@pytest.mark.parametrize(("cores", "processes", "threads"), [(4, 1, 4), (4, 2, 2), (2, 2, 1), (1, 4, 1), (2, 0, 2)])
def test_processes_that_compute_together_share_the_cores(monkeypatch, cores, processes, threads):
    monkeypatch.setattr(engines, "usable_cores", lambda: cores)
    monkeypatch.setattr(engines, "_processes", 1)
    engines.share_cores(processes)
    assert engines.threads_of_this_process() == threads
