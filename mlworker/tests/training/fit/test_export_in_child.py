"""The export in a child process: the same graph, and a model of another backend."""

import os
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest

from mlworker import cli
from mlworker.tests import needs
from mlworker.training.fit import export

ON_JAX = """
import numpy as np
from dataclasses import replace
from mlworker.training.fit import export
from mlworker.training.fit.fitted import Network
from mlworker.zoo import networks, registry

lenet = replace(registry.find("lenet"), input_height=44, input_width=44)
model = networks.build(lenet, class_count=4)
inputs = np.random.default_rng(0).uniform(-1, 1, (3, 44, 44, 3)).astype(np.float32)
graph = export.to_onnx(model, lenet.head, is_malignant=(False, True, True, True))
network = Network(graph, lambda inputs: model.predict(inputs, verbose=0))
print(export.check_parity(network, inputs))
"""


def test_train_says_in_one_sentence_that_the_export_is_not_installed(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(export, "find_spec", lambda name: None if name == "tf2onnx" else name)
    places = ["--data", str(tmp_path / "manifest.csv"), "--out", str(tmp_path / "out")]
    assert cli.main(["train", "--model", "lenet", *places, "--source", "Drawn.", "--licence", "None."]) == 2
    message = capsys.readouterr().err
    assert "The export needs tf2onnx, whatever backend" in message
    assert message.count("\n") == 1


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras on NumPy 2, as it saves
def test_the_child_writes_the_graphs_that_this_process_would():
    needs.training("tensorflow")
    from mlworker.zoo import networks, registry

    architecture = registry.find("mobilenetv2-field-statistics")
    model = networks.build(architecture, class_count=4, from_scratch=True)
    inputs = np.random.default_rng(0).uniform(-1, 1, (2, *model.input.shape[1:])).astype(np.float32)
    head, is_malignant = architecture.head, (False, True, True, True)
    request = {"pooling": head.pooling, "dense": head.dense, "is_malignant": is_malignant}
    pairs = (
        (export.to_onnx(model, head, is_malignant=is_malignant), export.in_child(model, request)),
        (export.trunk_to_onnx(model), export.in_child(model, {})),
    )
    for pair in pairs:
        expected, found = (export.open_graph(graph).run(None, {"image": inputs}) for graph in pair)
        for one, other in zip(expected, found, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-6)


@pytest.mark.slow
@pytest.mark.skipif(find_spec("jax") is None, reason="JAX is in no requirements: pip install jax to run this")
def test_a_model_on_jax_is_exported_and_agrees_with_its_graph():
    command = [sys.executable, "-c", ON_JAX]
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert float(done.stdout.splitlines()[-1]) < 1e-5
