"""YOLO classifiers, trained, exported and served like any network of the zoo; only the network is of ultralytics.

Same pictures, same augmentation, same stopping. torch and ultralytics are an optional extra, see `mlworker.zoo.yolo`.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from mlworker.calibration.temperature import cross_entropy, softmax
from mlworker.training.data.pictures import IS_MALIGNANT
from mlworker.training.fit import export
from mlworker.training.fit.batches import Batch, Learned, Pictures, Plan
from mlworker.training.fit.fitted import Network, Patience
from mlworker.zoo import yolo
from mlworker.zoo.registry import Architecture

LIMIT = "Its network is ultralytics' code under the AGPL-3.0: this model is for comparison, and is never released."
_AT_ONCE = 64  # pictures in one prediction


def learn(plan: Plan, training: Pictures, validation: Pictures, resume: Path | None) -> Learned:
    """Train and export. There is nothing to resume: these trainings are short."""
    model, losses = train(plan, training, validation)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    return Learned(
        network=Network(to_onnx(model, plan.architecture), lambda inputs: softmax(logits(model, inputs))),
        ask=partial(logits, model),
        parameters=parameters,
        file_bytes=4 * parameters,
        losses=losses,
        record={
            "history": [{"train_loss": loss, "validation_loss": held_out} for loss, held_out in losses],
            "libraries": {name: version(name) for name in ("torch", "ultralytics")},
        },
        limits=(LIMIT,),
    )


def train(plan: Plan, training: Pictures, validation: Pictures) -> tuple[Any, tuple[tuple[float, float], ...]]:
    """The network of the best epoch, in the memory of the CPU, and the losses of all epochs: training, validation.

    Trains on a GPU if there is one.
    """
    torch, _ = yolo.require()
    settings = plan.settings
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(settings.seed)
    torch.set_num_threads(2)
    model = yolo.build(plan.architecture, class_count=training.targets.shape[1]).to(device)
    held_out = plan.prepared(validation)
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay)
    steps = settings.epochs * plan.batch_count(training)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    patience, train_losses, best = Patience(settings.patience), list[float](), dict[str, Any]()
    for number in range(1, settings.epochs + 1):
        model.train()
        batches = tqdm(plan.batches(training, number), desc=f"Epoch {number}", unit="batch", leave=False)
        losses = [_step(torch, model, optimizer, falling, batch) for batch in batches]
        train_losses.append(float(np.mean(losses)))
        patience.add(cross_entropy(logits(model, held_out), validation.targets))
        if patience.is_best:
            best = {name: value.clone() for name, value in model.state_dict().items()}
        if patience.is_over:
            break
    model.load_state_dict(best)
    return model.cpu(), tuple(zip(train_losses, patience.losses, strict=True))


def _step(torch: Any, model: Any, optimizer: Any, falling: Any, batch: Batch) -> float:
    """One step of the optimizer; its loss."""
    device = next(model.parameters()).device
    arrays = (_as_theirs(batch[0]), *batch[1:])
    inputs, targets, weight = (torch.from_numpy(array).to(device) for array in arrays)
    each = torch.nn.functional.cross_entropy(model(inputs), targets, reduction="none")
    loss = (each * weight).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    falling.step()
    return float(loss.detach())


def logits(model: Any, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logits (n, C) for prepared inputs (n, height, width, 3); its own answer is (probabilities, logits)."""
    torch, _ = yolo.require()
    model.eval()
    device = next(model.parameters()).device
    parts = []
    with torch.no_grad():
        for start in range(0, len(inputs), _AT_ONCE):
            batch = torch.from_numpy(_as_theirs(inputs[start : start + _AT_ONCE])).to(device)
            parts.append(model(batch)[1].cpu().numpy())
    return np.concatenate(parts)


def to_onnx(model: Any, architecture: Architecture) -> bytes:
    """The served graph: `image` (N, H, W, 3) in [-1, 1] to `logits`, `evidence` and `features`.

    As in `mlworker.training.fit.evidence`. The last map is averaged and goes through one dense layer, so the evidence
    is the class activation map of the log-odds.
    """
    torch, _ = yolo.require()
    served = _served(torch, model, IS_MALIGNANT).eval()
    example = torch.zeros(2, architecture.input_height, architecture.input_width, 3)
    out = io.BytesIO()
    names = ["logits", "evidence", "features"]
    with warnings.catch_warnings():
        # The newer exporter needs one more library. The tracer of this one warns of every shape that is compared.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            served,
            (example,),
            out,
            input_names=["image"],
            output_names=names,
            dynamic_axes={name: {0: "N"} for name in ("image", *names)},
            opset_version=export.OPSET,
            dynamo=False,
        )
    return out.getvalue()


def _served(torch: Any, model: Any, is_malignant: Sequence[bool]) -> Any:
    """A torch module around the trained layers, which follow one another."""
    *layers, last = model.model
    excluded = [-1e9 * flag for flag in is_malignant], [-1e9 * (not flag) for flag in is_malignant]

    class Served(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.layers, self.last = torch.nn.Sequential(*layers), last
            self.register_buffer("not_malignant", torch.tensor(excluded[0]))
            self.register_buffer("not_benign", torch.tensor(excluded[1]))

        def forward(self, image: Any) -> tuple[Any, Any, Any]:
            places = self.last.conv(self.layers((image.permute(0, 3, 1, 2) + 1) / 2))
            features = places.mean(dim=(2, 3))
            answer = self.last.linear(features)
            sides = torch.softmax(answer + self.not_benign, 1) - torch.softmax(answer + self.not_malignant, 1)
            gradient = sides @ self.last.linear.weight
            evidence = (places * gradient[:, :, None, None]).sum(dim=1) / (places.shape[2] * places.shape[3])
            return answer, evidence, features

    return Served()


def _as_theirs(inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, 3, height, width) in [0, 1], as these networks expect, from (n, height, width, 3) in [-1, 1]."""
    return np.ascontiguousarray(((inputs + 1) / 2).transpose(0, 3, 1, 2), dtype=np.float32)
