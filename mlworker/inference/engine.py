"""ONNX Runtime sessions, one for each model folder in each process."""

from __future__ import annotations

import os
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from mlworker.errors import ArtifactError
from mlworker.preprocessing import recipes
from mlworker.segmentation import Segmentation
from mlworker.zoo import artifact
from mlworker.zoo.artifact import Artifact

KEPT_SESSIONS = 2  # the model in use and one for comparison
BATCH = 16
_Signature = tuple[str, tuple[int, int], tuple[int, int]]
_engines: OrderedDict[_Signature, Engine] = OrderedDict()
_processes = 1  # number of processes that compute at the same time on these cores


@dataclass(frozen=True, slots=True)
class Prediction:
    """Raw output for N pictures."""

    logits: NDArray[np.float32]  # (N, C), classes in the order of the card
    evidence: NDArray[np.float32]  # (N, h, w), positive for leukaemia, negative for benign; h = w = 0: none
    features: NDArray[np.float32] | None  # (N, F), for the novelty; None: the card has no novelty rule

    @property
    def has_places(self) -> bool:
        """True if there is evidence by place, so that a heat map can be drawn."""
        return self.evidence.size > 0


class Engine:
    """A verified model folder with its open session."""

    def __init__(self, folder: Path) -> None:
        self.artifact: Artifact = artifact.read(folder)
        self._outputs = ["logits", "evidence", *(["features"] if self.artifact.card.novelty else [])]
        self._session = open_session(self.artifact.model_path, self._outputs)
        self.statistics = artifact.read_novelty(self.artifact)

    @property
    def needs_cells(self) -> bool:
        """True if the recipe of the card needs the cells."""
        return recipes.needs_cells(self.artifact.card.recipe)

    def region(self, found: Segmentation) -> NDArray[np.bool_]:
        """The mask (H, W) that the recipe of the card needs, of a segmentation by the method of the card."""
        return recipes.region_of(self.artifact.card.recipe).of(found)

    def prepare(self, image: NDArray[Any], cells: NDArray[np.bool_] | None = None) -> NDArray[np.float32]:
        """One picture (H, W, 3) uint8 RGB as the model's input (height, width, channels), by the recipe of the card.

        `cells` (H, W) bool is the picture's `region`, if known, so that it is not segmented again.
        """
        card = self.artifact.card
        return recipes.apply(card.recipe, image, height=card.input_height, width=card.input_width, cells=cells)

    def predict(self, inputs: NDArray[np.float32]) -> Prediction:
        """Output for prepared inputs (N, height, width, channels), in batches of at most `BATCH`."""
        parts = [self._run(inputs[start : start + BATCH]) for start in range(0, len(inputs), BATCH)]
        logits, evidence, *features = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        return Prediction(logits=logits, evidence=evidence, features=features[0] if features else None)

    def _run(self, inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        arrays: list[NDArray[np.float32]] = self._session.run(self._outputs, {"image": inputs})
        return arrays


def load(folder: Path) -> Engine:
    """The engine of a model folder, opened once per process and again if its card or graph is replaced on disk.

    Raises `ArtifactError` if the folder is incomplete, altered or of an unknown format.
    """
    signature = _sign(folder)
    if signature not in _engines:
        _engines[signature] = Engine(folder)
        while len(_engines) > KEPT_SESSIONS:
            _engines.popitem(last=False)
    _engines.move_to_end(signature)
    return _engines[signature]


def _sign(folder: Path) -> _Signature:
    """The files of a folder by time and size: cheap for every picture, while the hash is computed once."""
    try:
        card, model = (os.stat(folder / name) for name in (artifact.CARD_FILE, artifact.MODEL_FILE))
    except OSError as error:
        raise ArtifactError(f"{folder} is not a complete model folder ({error}). Install the model again.") from error
    return str(folder.resolve()), (card.st_mtime_ns, card.st_size), (model.st_mtime_ns, model.st_size)


def open_session(path: Path, outputs: list[str]) -> Any:
    """Open a graph with the input `image` on this process's share of the cores. Raises `ArtifactError` if it cannot."""
    threads = threads_of_this_process()
    cv2.setNumThreads(threads)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime raises another class for each kind of damage
        raise ArtifactError(f"ONNX Runtime cannot open {path}: {error}") from error
    _check_signature(session, path, outputs)
    return session


def _check_signature(session: Any, path: Path, outputs: list[str]) -> None:
    inputs = [entry.name for entry in session.get_inputs()]
    found = {entry.name for entry in session.get_outputs()}
    if inputs != ["image"] or not set(outputs) <= found:
        wanted = " and ".join(f"`{name}`" for name in outputs)
        raise ArtifactError(f"{path} must take `image` and give {wanted}, not {inputs} and {sorted(found)}.")


def share_cores(processes: int) -> None:
    """Give models opened from now on the cores of one in `processes` that compute at the same time."""
    global _processes
    _processes = max(1, processes)


def threads_of_this_process() -> int:
    """This process's share of the cores, at least one: more threads than cores only wait for each other."""
    return max(1, usable_cores() // _processes)


def usable_cores() -> int:
    """The number of cores that this process may use; a worker pinned to one core must not start threads for all."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
