"""The child of `mlworker.training.fit.apart`: reads a model and a request, writes the ONNX graph beside them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from mlworker.training.fit import export
from mlworker.training.fit.apart import GRAPH, MODEL, REQUEST
from mlworker.zoo.registry import Head, Pooling


def main(folder: Path) -> None:
    """Export the model in `folder`: with the head that the request describes, or the trunk alone without one."""
    import keras

    model = keras.saving.load_model(folder / MODEL, compile=False)
    request = json.loads((folder / REQUEST).read_text(encoding="utf-8"))
    if request:
        head = Head(Pooling(request["pooling"]), tuple(request["dense"]))
        graph = export.to_onnx(model, head, is_malignant=request["is_malignant"])
    else:
        graph = export.trunk_to_onnx(model)
    (folder / GRAPH).write_bytes(graph)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
