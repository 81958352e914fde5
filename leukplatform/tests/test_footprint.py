"""The environment of `make run` stays under 400 MB on disk."""

from importlib.metadata import distribution
from pathlib import Path

from leukplatform.operations.supply.locks import closure, declared

LIMIT_MB = 400
PIP_MB = 10  # the only package of the environment that no list names


def _served():
    return closure(pin.requirement for pin in declared("serve")).keys()


def _blocks(path):
    return path.stat().st_blocks * 512 if path.exists() else 0


def _installed_bytes(name):
    files = distribution(name).files or []
    return sum(_blocks(Path(file.locate())) for file in files if file.suffix != ".pyc")


def test_the_first_install_is_under_400_mb():
    names = _served()

    assert {"onnxruntime", "opencv-python-headless", "kombu", "numpy"} <= names
    assert sum(map(_installed_bytes, names)) / 2**20 + PIP_MB < LIMIT_MB


def test_serving_needs_no_training_library():
    names = _served()

    assert not names & {"tensorflow", "keras", "tf2onnx", "scikit-learn", "matplotlib", "boto3"}
