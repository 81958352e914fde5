"""What a frozen network says of every copy of every picture, computed once: the input of its head's first layer.

ONNX Runtime computes it, several times as fast as Keras. Kept as float16, whose eleven bits are far finer than what
any head tells apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from mlworker.preprocessing import recipes
from mlworker.training.data import copies
from mlworker.training.data.copies import Copy, Partition
from mlworker.training.data.stock import Stock, filled
from mlworker.training.fit import export
from mlworker.zoo.registry import Architecture

TRUNK_FILE = "trunk.onnx"
_LARGEST = float(np.finfo(np.float16).max)


@dataclass(frozen=True, slots=True)
class Trunk:
    """The frozen part of one architecture as a session, and where its features are kept."""

    architecture: Architecture
    session: Any  # onnxruntime.InferenceSession
    folder: Path

    @property
    def width(self) -> int:
        """How many features a picture has."""
        return int(self.session.get_outputs()[0].shape[1])

    def of_picture(self, image: NDArray[Any], cells: NDArray[np.bool_] | None) -> NDArray[np.float32]:
        """Features (d,) of one picture (S, S, 3) uint8; `cells` None: the recipe finds them if it needs them."""
        architecture = self.architecture
        height, width = architecture.input_height, architecture.input_width
        inputs = recipes.apply(architecture.recipe, image, height=height, width=width, cells=cells)
        answer: NDArray[np.float32] = self.session.run(["features"], {"image": inputs[np.newaxis]})[0][0]
        return np.clip(answer, -_LARGEST, _LARGEST)

    def run(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Features (n, d) of prepared inputs (n, height, width, channels)."""
        answer: NDArray[np.float32] = self.session.run(["features"], {"image": inputs})[0]
        return answer


def trunk(architecture: Architecture, model: Any, stock: Stock) -> Trunk:
    """The trunk of a freshly built `model`, exported once. Its weights must be the pretrained ones alone."""
    name = "-".join(map(str, (architecture.name, architecture.recipe, architecture.input_height)))
    folder = stock.folder / name
    path = folder / TRUNK_FILE
    if not path.exists():
        import keras

        graph = export.trunk_to_onnx(keras.Model(model.input, model.get_layer(architecture.head.dense[0]).input))
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(graph)
        unfinished.replace(path)
    return Trunk(architecture, _session(path), folder)


def of_copy(trunk: Trunk, stock: Stock, copy: Copy, among: Partition) -> NDArray[np.float16]:
    """Features (N, d) of one copy of every picture that is ever looked at; the others are zero."""
    knows = copies.knows_its_cells(copy)

    def make(number: int) -> NDArray[np.float32]:
        image, cells = copies.make(stock, copy, number, among)
        return trunk.of_picture(image, cells if knows else None)

    return filled(
        trunk.folder / f"{copies.cache_name(copy, among)}.npy",
        (len(stock), trunk.width),
        np.float16,
        make,
        f"{trunk.architecture.name} {copy}",
        only=copies.needed(copy, among),
    )


def _session(path: Path) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # long work in the background: nothing waits for a second core
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
