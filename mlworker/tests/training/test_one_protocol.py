"""`train` and `compare` give the same figure for the same row: one head, one classifier, one network."""

import json
from functools import partial

import numpy as np
import pytest

from mlworker.tests import needs

needs.training("tensorflow")
needs.training("tf2onnx")
needs.training("skl2onnx")

from mlworker import cli
from mlworker.tests.training import drawn_stock
from mlworker.training.judge import controls
from mlworker.zoo import artifact, networks

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Attribute `prob[AB]_` was deprecated:FutureWarning"),
]

ROWS = {
    "head": {"model": "mobilenetv2-field-statistics", "method": "frozen", "copies": ["plain", "field-1"], "epochs": 12},
    "classifier": {"model": "svm"},
    "network": {"model": "lenet", "side": 44, "epochs": 2, "batch": 8},
}


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    folder = tmp_path_factory.mktemp("protocol")
    tables = [
        "\n".join(f"{key} = {json.dumps(value)}" for key, value in {"name": name, **row}.items())
        for name, row in ROWS.items()
    ]
    rows = "\n".join(f'[[row]]\nsplits = ["grouped"]\nfolds = [0]\n{table}' for table in tables)
    (folder / "compare.toml").write_text(rows)
    manifest = drawn_stock.write_manifest(folder / "pictures", size=(224, 224))
    return folder, ["--config", str(folder / "compare.toml"), "--data", str(manifest)]


@pytest.mark.parametrize("name", ROWS)
def test_a_row_gives_the_same_figure_whichever_command_trains_it(name, places, monkeypatch):
    monkeypatch.setattr(controls, "TREES", 5)
    monkeypatch.setattr(networks, "build", partial(networks.build, from_scratch=True))  # no weights to be had here
    folder, common = places
    caches = [str(folder / f"cache-{name}-{number}") for number in range(2)]  # nothing is handed from one to the other
    written = ["--out", str(folder / "runs"), "--table", str(folder / "models.md")]
    assert cli.main(["compare", *common, *written, "--only", name, "--cache", caches[0]]) == 0
    card = ["--source", "Drawn.", "--licence", "None.", "--drawn-held-out", "2"]
    made = ["--row", name, "--out", str(folder / name), "--cache", caches[1]]
    assert cli.main(["train", *common, *made, *card]) == 0
    row = json.loads((folder / "runs" / f"{name}.grouped.json").read_text())
    found = artifact.read(folder / name).card
    assert found.split_sha256 == row["folds"]["0"]["split_sha256"]
    assert found.metrics["test"]["accuracy"]["value"] == pytest.approx(row["folds"]["0"]["accuracy"], abs=0.003)
    assert found.temperature == pytest.approx(row["folds"]["0"]["temperature"], rel=0.02)
    assert found.training["best_epoch"] == row["folds"]["0"]["best_epoch"]
    np.testing.assert_allclose(found.metrics["test"]["confusion"], row["test"]["confusion"], atol=0)
