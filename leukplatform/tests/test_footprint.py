"""What `make run` installs stays under 400 MB on disk."""

from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent.parent
LIMIT_MB = 400
PIP_MB = 10  # the only package of the environment that no list names


def _listed(name):
    lines = (ROOT / name).read_text().splitlines()
    return [Requirement(line) for line in lines if line and line[0] not in "#-"]


def _closure(requirements):
    """Every distribution the requirements bring in on this machine, with the extras they ask for."""
    seen, todo = set(), [(r.name, extra) for r in requirements for extra in {"", *r.extras}]
    while todo:
        name, extra = todo.pop()
        key = (canonicalize_name(name), extra)
        if key in seen:
            continue
        seen.add(key)
        for text in distribution(name).requires or []:
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                todo += [(needed.name, more) for more in {"", *needed.extras}]
    return {name for name, _ in seen}


def _blocks(path):
    return path.stat().st_blocks * 512 if path.exists() else 0


def _installed_bytes(name):
    files = distribution(name).files or []
    return sum(_blocks(Path(file.locate())) for file in files if file.suffix != ".pyc")


def test_the_first_install_is_under_400_mb():
    names = _closure(_listed("requirements-serve.txt"))

    assert {"onnxruntime", "opencv-python-headless", "kombu", "numpy"} <= names
    assert sum(map(_installed_bytes, names)) / 2**20 + PIP_MB < LIMIT_MB


def test_serving_needs_no_training_library():
    names = _closure(_listed("requirements-serve.txt"))

    assert not names & {"tensorflow", "keras", "tf2onnx", "scikit-learn", "matplotlib", "boto3"}


def test_every_direct_requirement_is_pinned_and_agrees_with_the_constraints():
    constraints = {canonicalize_name(r.name): r.specifier for r in _listed("constraints.txt")}

    for name in ("requirements-serve.txt", "requirements-production.txt", "requirements.txt", "requirements-dev.txt"):
        for requirement in _listed(name):
            assert str(requirement.specifier).startswith("=="), f"{requirement} in {name} is not pinned"
            assert constraints[canonicalize_name(requirement.name)] == requirement.specifier, f"{requirement} in {name}"
