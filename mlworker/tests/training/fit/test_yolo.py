"""The YOLO classifiers: refused in one sentence where the extra is missing, and a whole training where it is not."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from mlworker import cli
from mlworker.calibration.temperature import softmax
from mlworker.errors import ArtifactError, NotInstalled
from mlworker.tests.training import drawn_stock
from mlworker.training.data import split
from mlworker.training.fit import export, trainers
from mlworker.training.fit import yolo as training
from mlworker.training.fit.batches import PictureByPicture, Pictures, Plan
from mlworker.training.fit.settings import Method, Settings
from mlworker.zoo import artifact, registry, released, yolo
from mlworker.zoo.registry import Library

NAMES = [each.name for each in registry.ARCHITECTURES.values() if each.library is Library.ULTRALYTICS]
ARGUMENTS = ("--source", "Drawn fields.", "--licence", "None needed.")


@pytest.fixture
def no_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "ultralytics.nn.tasks", None)


@pytest.mark.usefixtures("no_extra")
@pytest.mark.parametrize("name", NAMES)
def test_train_says_in_one_sentence_what_to_install_and_why_it_is_not_there(name, tmp_path, capsys):
    places = ["--data", str(tmp_path / "manifest.csv"), "--out", str(tmp_path / "out")]
    assert cli.main(["train", "--model", name, *places, *ARGUMENTS]) == 2
    message = capsys.readouterr().err
    assert "locks/yolo.txt" in message
    assert "AGPL-3.0" in message
    assert message.count("\n") == 1


@pytest.mark.usefixtures("no_extra")
def test_a_row_without_the_extra_is_refused_before_anything_is_read():
    with pytest.raises(NotInstalled, match=r"locks/yolo\.txt"):
        trainers.trainer_of(Settings(NAMES[0], Method.YOLO), None)


@pytest.mark.parametrize("balanced", [True, False])
def test_a_row_trains_balanced_as_it_says(balanced, drawn):
    handed = []

    def stop(plan, training, validation, resume):
        handed.append(next(plan.batches(training, 1))[2])
        raise NotInstalled("stopped here")

    settings = Settings(NAMES[0], Method.YOLO, side=64, balanced=balanced)
    uneven = replace(split.fold_of(drawn, "grouped", 0), train=np.flatnonzero(drawn.labels < 2)[:15])
    with pytest.raises(NotInstalled, match="stopped here"):
        PictureByPicture(settings, drawn, stop).fit(uneven)
    assert (len(set(handed[0].tolist())) == 2) is balanced


def test_a_model_under_another_licence_is_never_released(tiny_folder):
    card = artifact.read(tiny_folder).card
    released.check_licence(card)
    with pytest.raises(ArtifactError, match=r"AGPL-3\.0"):
        released.check_licence(replace(card, architecture=NAMES[0]))


@pytest.fixture(scope="module")
def extra():
    try:
        return yolo.require()[0]
    except NotInstalled as reason:
        pytest.skip(str(reason))


@pytest.mark.parametrize("name", NAMES)
def test_the_network_has_its_listed_parameters_and_its_graph_agrees_with_it(extra, name):
    architecture = replace(registry.find(name), start=registry.Start.RANDOM, input_height=64, input_width=64)
    model = yolo.build(architecture, class_count=4)
    assert sum(parameter.numel() for parameter in model.parameters()) == architecture.parameters
    inputs = np.random.default_rng(2).uniform(-1, 1, (3, 64, 64, 3)).astype(np.float32)
    expected = training.logits(model, inputs)
    session = export.open_graph(training.to_onnx(model, architecture))
    answer, evidence, features = session.run(["logits", "evidence", "features"], {"image": inputs})
    np.testing.assert_allclose(softmax(answer, temperature=1), softmax(expected, temperature=1), atol=export.TOLERANCE)
    assert evidence.shape == (3, 2, 2)
    assert features.shape == (3, 1280)


def test_in_a_balanced_training_the_rare_class_counts_more(extra):
    rng, labels = np.random.default_rng(4), np.array([0] * 7 + [1])
    pictures = Pictures(rng.integers(0, 255, (8, 32, 32, 3), dtype=np.uint8), np.eye(2, dtype=np.float32)[labels])
    settings = Settings(
        *(NAMES[0], Method.YOLO),
        side=32,
        epochs=4,
        patience=4,
        batch=8,
        seed=3,
        weight_decay=0,
        balanced=False,
    )
    rare = []
    for balanced in (False, True):
        plan = Plan.of(replace(settings, balanced=balanced))
        plan = replace(plan, architecture=replace(plan.architecture, start=registry.Start.RANDOM))
        model, _ = training.train(plan, pictures, pictures)
        rare.append(softmax(training.logits(model, plan.prepared(pictures)))[:, 1].mean())
    assert rare[1] > rare[0]


def test_the_evidence_is_what_automatic_differentiation_gives(extra):
    architecture = replace(registry.find(NAMES[0]), start=registry.Start.RANDOM, input_height=64, input_width=64)
    model = yolo.build(architecture, class_count=4).eval()
    inputs = np.random.default_rng(3).uniform(-1, 1, (2, 64, 64, 3)).astype(np.float32)
    *layers, last = model.model
    places = extra.nn.Sequential(*layers)(extra.from_numpy((inputs.transpose(0, 3, 1, 2) + 1) / 2))
    places = last.conv(places).detach().requires_grad_()
    answer = last.linear(places.mean(dim=(2, 3)))
    (answer[:, 1:].logsumexp(1) - answer[:, 0]).sum().backward()
    expected = (places.grad * places).sum(dim=1).detach().numpy()
    session = export.open_graph(training.to_onnx(model, architecture))
    np.testing.assert_allclose(session.run(["evidence"], {"image": inputs})[0], expected, atol=1e-5)


@pytest.mark.slow
def test_train_writes_a_folder_that_cannot_be_released(extra, tmp_path):
    path = drawn_stock.write_manifest(tmp_path / "pictures", size=(224, 224))
    places = ["--data", str(path), "--out", str(tmp_path / "model"), "--cache", str(tmp_path / "cache")]
    settings = ["--side", "64", "--epochs", "1", "--drawn", "4", "--drawn-held-out", "2"]
    assert cli.main(["train", "--model", "yolo12n-cls", *places, *settings, *ARGUMENTS]) == 0
    card = artifact.read(tmp_path / "model").card
    assert card.parity <= 1e-4
    assert "AGPL-3.0" in card.limits[0]
    with pytest.raises(ArtifactError, match="never released"):
        released.check_licence(card)
