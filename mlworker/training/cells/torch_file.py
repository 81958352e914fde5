"""Read the arrays of an old PyTorch file with numpy alone, without running anything the file asks for."""

from __future__ import annotations

import io
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MAGIC = 0x1950A86A20F9469CFC6C
_DTYPES: dict[str, np.dtype[Any]] = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


class _Reader(pickle.Unpickler):
    """Understands a state dict of plain tensors; any other name in the file is an error."""

    def __init__(self, file: io.BufferedIOBase) -> None:
        super().__init__(file)
        self.storages: dict[str, tuple[np.dtype[Any], int]] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, shape, strides, *rest: (storage, offset, shape, strides)
        if module == "torch" and name in _DTYPES:
            return name
        raise pickle.UnpicklingError(f"A file of weights has no business with {module}.{name}")

    def persistent_load(self, pid: Any) -> str:
        _, kind, key, _, count, _ = pid
        dtype: np.dtype[Any] = _DTYPES[kind]
        self.storages[key] = (dtype, count)
        return str(key)


def read_state(path: Path) -> dict[str, NDArray[Any]]:
    """Return the named arrays of a state dict in PyTorch's file format before 1.6.

    Raises `ValueError` for another format and `pickle.UnpicklingError` for anything that is not a plain tensor.
    """
    with path.open("rb") as file:
        if _Reader(file).load() != _MAGIC:
            raise ValueError(f"{path} is not a PyTorch file of the old format")
        for _ in range(2):  # protocol and system
            _Reader(file).load()
        reader = _Reader(file)
        state = reader.load()
        data = {}
        for key in _Reader(file).load():
            dtype, count = reader.storages[key]
            file.read(8)  # the count once more
            data[key] = np.frombuffer(file.read(count * dtype.itemsize), dtype=dtype)
    return {name: _view(data[key], *place) for name, (key, *place) in state.items()}


def _view(data: NDArray[Any], offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> NDArray[Any]:
    """Copy an array of `shape` from flat data; strides count elements, and kernels taken from TensorFlow lie askew."""
    bytes_apart = tuple(stride * data.itemsize for stride in strides)
    return np.array(np.lib.stride_tricks.as_strided(data[offset:], shape, bytes_apart, writeable=False))
