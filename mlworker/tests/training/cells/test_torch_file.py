"""Files of the old format are written here by hand, since nothing here depends on PyTorch."""

import io
import pickle
import sys
import types
from collections import OrderedDict

import numpy as np
import pytest

from mlworker.training.cells import torch_file

VALUES = np.arange(12, dtype=np.float32)


class _Storage:
    pass


class _Tensor:
    def __init__(self, shape, strides):
        self.shape, self.strides = shape, strides

    def __reduce__(self):
        return sys.modules["torch._utils"]._rebuild_tensor_v2, (_Storage(), 0, self.shape, self.strides, False, None)


class _Pickler(pickle.Pickler):
    def persistent_id(self, value):
        if isinstance(value, _Storage):
            return ("storage", sys.modules["torch"].FloatStorage, "0", "cpu", len(VALUES), None)
        return None


@pytest.fixture
def names_of_torch(monkeypatch):
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    torch.FloatStorage = type("FloatStorage", (), {"__module__": "torch"})

    def _rebuild_tensor_v2(*parts):
        raise AssertionError("only its name is written")

    _rebuild_tensor_v2.__module__, _rebuild_tensor_v2.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)


def written(path, state, *, magic=torch_file._MAGIC):
    file = io.BytesIO()
    for value in (magic, 1001, {"little_endian": True}):
        pickle.dump(value, file, protocol=2)
    _Pickler(file, protocol=2).dump(state)
    pickle.dump(["0"], file, protocol=2)
    file.write(len(VALUES).to_bytes(8, "little") + VALUES.tobytes())
    path.write_bytes(file.getvalue())
    return path


def test_arrays_come_back_with_their_strides(tmp_path, names_of_torch):
    state = OrderedDict(plain=_Tensor((3, 4), (4, 1)), askew=_Tensor((4, 3), (1, 4)))
    found = torch_file.read_state(written(tmp_path / "weights.pth", state))
    assert np.array_equal(found["plain"], VALUES.reshape(3, 4))
    assert np.array_equal(found["askew"], VALUES.reshape(3, 4).T)


def test_a_file_that_asks_for_anything_else_is_refused(tmp_path, names_of_torch):
    with pytest.raises(pickle.UnpicklingError, match="no business"):
        torch_file.read_state(written(tmp_path / "weights.pth", {"x": print}))


def test_another_format_is_refused(tmp_path):
    with pytest.raises(ValueError, match="old format"):
        torch_file.read_state(written(tmp_path / "weights.pth", {}, magic=7))
