"""A support vector machine and boosted trees go the way of every model: fitted, exported, carded, served."""

import json

import numpy as np
import pytest

from mlworker.tests import needs

needs.training("skl2onnx")
needs.training("onnxmltools")
needs.training("xgboost")

from mlworker import cli, imageio
from mlworker.calibration.temperature import softmax
from mlworker.inference import engine, field
from mlworker.phantom import FieldKind, draw_field
from mlworker.preprocessing.measures import WIDTH
from mlworker.tests.training import drawn_stock
from mlworker.training.fit import classical, export
from mlworker.training.fit.fitted import Drawn
from mlworker.training.fit.settings import Method, Settings
from mlworker.training.judge import controls
from mlworker.types import Verdict
from mlworker.zoo import artifact

NAMES = (classical.SVM, classical.XGBOOST)
# The exporter asks scikit-learn 1.9 for two attributes that 1.11 will not have.
pytestmark = pytest.mark.filterwarnings("ignore:Attribute `prob[AB]_` was deprecated:FutureWarning")


def _measures(count=240, apart=2.0):
    """Four classes that two of the measures tell apart, on scales as far from each other as those of cells."""
    rng = np.random.default_rng(6)
    labels = rng.integers(0, 4, count)
    values = rng.normal(size=(count, WIDTH))
    values[:, 0] += apart * labels
    values[:, 1] -= apart * (labels % 2)
    values *= np.geomspace(0.01, 2000, WIDTH)
    return values.astype(np.float32), np.eye(4, dtype=np.float32)[labels]


@pytest.fixture(scope="module", params=NAMES)
def fitted(request):
    values, targets = _measures()
    return request.param, classical.fit(request.param, values, targets, balanced=True)


def test_the_served_graph_answers_as_the_library_does(fitted):
    name, model = fitted
    values, _ = _measures(1000)
    logits = export.served_logits(classical.to_onnx(name, model), values.reshape(-1, 1, 1, WIDTH))
    np.testing.assert_allclose(softmax(logits, temperature=1), model.predict_proba(values), atol=export.TOLERANCE)


def test_it_learns_what_tells_the_classes_apart(fitted):
    _, model = fitted
    values, targets = _measures()
    assert (classical.logits(model, values).argmax(axis=1) == targets.argmax(axis=1)).mean() > 0.9


def test_the_graph_has_evidence_of_no_place_and_the_sizes_of_the_measures(fitted):
    name, model = fitted
    values, _ = _measures(3)
    session = export.open_graph(classical.to_onnx(name, model))
    inputs = {"image": values.reshape(-1, 1, 1, WIDTH)}
    evidence, features = session.run(["evidence", "features"], inputs)
    assert evidence.shape == (3, 0, 0)
    np.testing.assert_array_equal(features, np.abs(values))


def test_balance_moves_the_trees_towards_the_rare_class():
    values, targets, rare = _with_a_rare_class()
    even, as_found = (
        classical.fit(classical.XGBOOST, values, targets, balanced=balanced) for balanced in (True, False)
    )
    chance = [classical.logits(model, values[rare])[:, 3].mean() for model in (even, as_found)]
    assert chance[0] > chance[1]


def test_balance_weighs_a_mistake_in_the_rare_class_more_in_the_machine():
    values, targets, _ = _with_a_rare_class()
    even, as_found = (
        classical.fit(classical.SVM, values, targets, balanced=balanced).calibrated_classifiers_[0].estimator[-1]
        for balanced in (True, False)
    )
    assert even.class_weight_[3] > 5 * even.class_weight_[0]
    assert (as_found.class_weight_ == 1).all()


def _with_a_rare_class():
    values, targets = _measures(400, apart=0.5)
    rare = targets.argmax(axis=1) == 3
    kept = ~rare | (np.cumsum(rare) <= 8)
    return values[kept], targets[kept], rare[kept]


def test_drawn_smears_are_refused_because_they_know_no_subtype():
    with pytest.raises(ValueError, match="photographs alone"):
        classical.Classifiers(Settings("svm", Method.CLASSICAL), None).fit(None, Drawn(5, 5, None))


def test_an_unknown_name_says_which_there_are():
    with pytest.raises(ValueError, match="svm, xgboost"):
        classical.fit("forest", *_measures(8), balanced=False)


@pytest.fixture(scope="module", params=NAMES)
def made(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("classical")
    path = drawn_stock.write_manifest(folder / "pictures", size=(224, 224))
    places = ["--data", str(path), "--out", str(folder / "model"), "--cache", str(folder / "cache")]
    told = ["--source", "Drawn fields.", "--licence", "None needed.", "--drawn-held-out", "2"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(controls, "TREES", 5)
        assert cli.main(["train", "--model", request.param, *places, *told]) == 0
    return request.param, artifact.read(folder / "model"), path


def test_train_writes_a_folder_whose_card_says_what_it_is(made):
    name, found, _ = made
    assert (found.card.name, found.card.recipe) == (name, "cell-measures-v1")
    assert found.card.parity <= export.TOLERANCE
    assert found.card.weights_sha256 is None
    assert found.card.limits[0] == classical.LIMIT
    assert found.card.training["numbers_learned"] > 0
    assert found.card.mixed_in == "Nothing."


def test_the_folder_reads_a_picture_of_any_size_and_draws_no_heat_map(made):
    _, found, _ = made
    picture = imageio.encode_png(draw_field(4, kind=FieldKind.LEUKEMIA, width=640, height=480).image)
    loaded = engine.load(found.folder)
    result = field.of_file(loaded, picture)
    assert result.heat is None
    assert result.novelty is not None
    if result.verdict is not Verdict.UNSUITABLE:
        assert sum(result.classification.probabilities.values()) == pytest.approx(1)
    fields = [draw_field(4, kind=FieldKind.LEUKEMIA, width=side, height=side).image for side in (224, 448)]
    assert loaded.predict(np.stack([loaded.prepare(drawn) for drawn in fields])).logits.shape == (2, 4)


def test_evaluate_measures_the_folder_as_the_card_says(made, capsys):
    _, found, path = made
    assert cli.main(["evaluate", "--model", str(found.folder), "--data", str(path), "--part", "test"]) == 0
    measured = json.loads(capsys.readouterr().out)
    assert measured["accuracy"] == found.card.metrics["test"]["accuracy"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (["--side", "96"], "no side"),
        (["--input", "segmented"], "one input only"),
        (["--method", "whole"], "one way only"),
        (["--resume"], "cannot go on"),
        (["--augment", "stain"], "as they are"),
        (["--segmentation", "hsv-nucleus"], "change nothing"),
    ],
)
def test_train_refuses_what_makes_no_sense_for_measures(tmp_path, capsys, given, reason):
    told = ["--source", "Drawn fields.", "--licence", "None needed."]
    places = [*told, "--data", str(tmp_path / "manifest.csv"), "--out", str(tmp_path / "model")]
    assert cli.main(["train", "--model", "svm", *places, *given]) == 2
    assert reason in capsys.readouterr().err
    assert not (tmp_path / "model").exists()
