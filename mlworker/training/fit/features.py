"""The frozen part of a network, exported once: its answer to a picture is the input of the head's first layer.

ONNX Runtime computes it several times as fast as Keras. The features are kept as float16, whose eleven bits are far
finer than any head tells apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.preprocessing import recipes
from mlworker.training.fit import export
from mlworker.zoo.registry import Architecture

_FILE = "trunk.onnx"
_LARGEST = float(np.finfo(np.float16).max)


@dataclass(frozen=True, slots=True)
class Trunk:
    """The frozen part of one architecture as a session of ONNX Runtime, and the folder that keeps its features."""

    architecture: Architecture
    session: Any
    folder: Path

    @property
    def width(self) -> int:
        """The number of features of a picture."""
        return int(self.session.get_outputs()[0].shape[1])

    @property
    def file_bytes(self) -> int:
        return (self.folder / _FILE).stat().st_size

    def of_picture(self, image: NDArray[Any], cells: NDArray[np.bool_] | None) -> NDArray[np.float32]:
        """Features (d,) of one picture (S, S, 3) uint8; with `cells` None the recipe finds them if it needs them."""
        found: NDArray[np.float32] = self.run(prepare(self.architecture, image, cells)[np.newaxis])[0]
        return np.clip(found, -_LARGEST, _LARGEST)

    def run(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Features (n, d) of prepared inputs (n, height, width, channels)."""
        answer: NDArray[np.float32] = self.session.run(["features"], {"image": inputs})[0]
        return answer


def trunk(architecture: Architecture, model: Any, folder: Path) -> Trunk:
    """The trunk of a freshly built `model`, whose weights must be the pretrained ones alone; kept below `folder`."""
    folder = folder / "-".join(map(str, (architecture.name, architecture.recipe, architecture.input_height)))
    path = folder / _FILE
    if not path.exists():
        import keras

        graph = export.trunk_to_onnx(keras.Model(model.input, model.get_layer(architecture.head.dense[0]).input))
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(graph)
        unfinished.replace(path)
    return Trunk(architecture, export.open_graph(path, threads=1), folder)


def prepare(
    architecture: Architecture, image: NDArray[Any], cells: NDArray[np.bool_] | None = None
) -> NDArray[np.float32]:
    """One picture (S, S, 3) uint8 as the model's input (height, width, channels), by the architecture's recipe."""
    height, width = architecture.input_height, architecture.input_width
    return recipes.apply(architecture.recipe, image, height=height, width=width, cells=cells)
