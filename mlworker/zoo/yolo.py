"""YOLO classifiers of ultralytics, under the AGPL-3.0: an optional extra, imported only here.

Their trained models are never released (`mlworker.zoo.released`).
"""

from __future__ import annotations

import os
from typing import Any

from mlworker.errors import NotInstalled
from mlworker.zoo import pretrained
from mlworker.zoo.registry import Architecture, Start


def require() -> tuple[Any, Any]:
    """torch and ultralytics' network class. Raises `NotInstalled`."""
    os.environ.setdefault("YOLO_OFFLINE", "true")  # no look-up of new versions, no report of use
    try:
        import torch
        from ultralytics.nn.tasks import ClassificationModel
    except (ImportError, RuntimeError) as error:  # a torchvision that does not fit torch raises the latter
        raise NotInstalled(
            "The YOLO models need ultralytics, which is not installed by default because it is under the AGPL-3.0: in "
            f"an environment of its own, python -m pip install -r locks/training.txt -r locks/yolo.txt ({error})."
        ) from error
    return torch, ClassificationModel


def build(architecture: Architecture, *, class_count: int) -> Any:
    """A torch network for inputs (N, 3, height, width) in [0, 1], pretrained where a layer's name and shapes fit.

    Raises `NotInstalled` if the library or the weights are missing.
    """
    torch, network = require()
    path = pretrained.locate(f"{architecture.name}.state.pt") if architecture.start is not Start.RANDOM else None
    model = network(f"{architecture.name}.yaml", nc=class_count, verbose=False)
    if path:
        kept = torch.load(path, weights_only=True)
        own = model.state_dict()
        fitting = {name: value for name, value in kept.items() if name in own and own[name].shape == value.shape}
        model.load_state_dict({**own, **fitting})
    for parameter in model.parameters():
        parameter.requires_grad = True
    return model
