"""The networks of the cell reader in ONNX Runtime: opened once in each process, with temperature and rule."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.cells import apl
from mlworker.cells.reader import Networks
from mlworker.cells.verdict import Rule
from mlworker.inference.engine import open_session

FOLDER = Path(str(resources.files("mlworker.cells"))) / "networks"
BATCH = 8  # crops; more at once take more memory and no less time


@dataclass(frozen=True, slots=True)
class _Graph:
    """A session with one input `image`, called like a function."""

    session: Any
    outputs: tuple[str, ...]

    def __call__(self, image: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        found: list[NDArray[np.float32]] = self.session.run(list(self.outputs), {"image": image})
        return found


@cache
def networks() -> Networks:
    """Return the networks that the platform brings. Raises `ArtifactError` if a graph cannot be opened."""
    maps = _Graph(open_session(FOLDER / "outlines.onnx", ["maps"]), ("maps",))
    classes = _Graph(open_session(FOLDER / "classes.onnx", ["logits", "features"]), ("logits", "features"))
    scale = _Graph(open_session(FOLDER / "scale.onnx", ["scale"]), ("scale",))
    described = _described("classes")["rule"]
    rule = Rule(**{name: described[name] for name in Rule.__dataclass_fields__})
    return Networks(
        maps=lambda image: maps(image)[0],
        classes=lambda crops: _in_batches(classes, crops),
        scale=lambda image: scale(image)[0],
        temperature=described["temperature"],
        rule=rule,
        apl=apl.read((FOLDER / "apl.npz").read_bytes()),
        scale_error=_described("scale")["error"],
    )


@cache
def digest() -> str:
    """Return the SHA-256 over the graphs and the rule: what decides how cells are read."""
    found = hashlib.sha256()
    for name in ("outlines.onnx", "classes.onnx", "scale.onnx", "apl.npz", "classes.json", "scale.json"):
        found.update((FOLDER / name).read_bytes())
    return found.hexdigest()


def _described(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def _in_batches(classes: _Graph, crops: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    parts = [classes(crops[start : start + BATCH]) for start in range(0, len(crops), BATCH)]
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
