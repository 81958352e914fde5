"""YOLO classifiers trained, exported and served like any network of the zoo; only the network itself is ultralytics'.

Same pictures, same augmentation, same stopping. torch and ultralytics are an optional extra, see `mlworker.zoo.yolo`.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from mlworker.training.data.material import Material
from mlworker.training.data.pictures import CLASS_NAMES, MALIGNANT_CLASSES, Pictures
from mlworker.training.data.split import Part
from mlworker.training.fit import export, head, loop
from mlworker.training.fit.loop import Plan
from mlworker.training.fit.trainers import Trained, Trainer
from mlworker.zoo import yolo
from mlworker.zoo.registry import Architecture

WEIGHT_DECAY = 1e-3
LIMIT = "Its network is ultralytics' code under the AGPL-3.0: this model is for comparison, and is never released."
_AT_ONCE = 64  # pictures in one prediction


@dataclass(frozen=True, slots=True)
class Fitted:
    """A network in the state of its best epoch."""

    model: Any
    history: tuple[tuple[float, float], ...]  # loss of each epoch: training, validation

    @property
    def best_epoch(self) -> int:
        return int(np.argmin([loss for _, loss in self.history])) + 1


def trainer(plan: Plan) -> Trainer:
    """Every weight, picture by picture. Raises `ExtraMissing` at once, before any picture is read."""
    yolo.require()

    def train(architecture: Architecture, material: Material) -> Trained:
        fitted = fit(
            architecture, material.joined(Part.TRAIN), material.joined(Part.VALIDATION), plan, weight_decay=WEIGHT_DECAY
        )

        def answer(inputs: NDArray[np.float32], *, training: bool = False) -> NDArray[Any]:
            values = logits(fitted.model, inputs).astype(np.float64)
            powers = np.exp(values - values.max(axis=1, keepdims=True))
            return np.asarray(powers / powers.sum(axis=1, keepdims=True))

        record = {
            **asdict(plan),
            "weight_decay": WEIGHT_DECAY,
            "best_epoch": fitted.best_epoch,
            "history": [{"train_loss": loss, "validation_loss": held_out} for loss, held_out in fitted.history],
            "libraries": {name: version(name) for name in ("torch", "ultralytics")},
        }
        return Trained(answer, record, graph=to_onnx(fitted.model, architecture), limits=(LIMIT,))

    return train


def fit(
    architecture: Architecture, training: Pictures, validation: Pictures, plan: Plan, *, weight_decay: float
) -> Fitted:
    """Train until the validation loss has not fallen for `plan.patience` epochs. On a GPU if there is one; the network
    is given back in the memory of the CPU."""
    torch, _ = yolo.require()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(plan.seed)
    torch.set_num_threads(2)
    model = yolo.build(architecture, class_count=training.targets.shape[1]).to(device)
    held_out = loop.prepare(architecture, validation.images, validation.cells)
    weights = head.weights_of(training.targets) if plan.balanced else np.ones(len(training), dtype=np.float32)
    optimizer = torch.optim.AdamW(model.parameters(), lr=plan.learning_rate, weight_decay=weight_decay)
    batches = -(-len(training) // plan.batch)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, plan.epochs * batches)
    history: list[tuple[float, float]] = []
    best: dict[str, Any] = {}
    for number in range(1, plan.epochs + 1):
        model.train()
        losses = []
        changed = loop.batches(architecture, training, weights, plan, number)
        for batch in tqdm(changed, total=batches, desc=f"Epoch {number}", unit="batch", leave=False):
            inputs, targets, weight = (
                torch.from_numpy(array).to(device) for array in (_as_theirs(batch[0]), *batch[1:])
            )
            each = torch.nn.functional.cross_entropy(model(inputs), targets, reduction="none")
            loss = (each * weight).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            falling.step()
            losses.append(float(loss.detach()))
        held_out_loss = _cross_entropy(logits(model, held_out), validation.targets)
        if not history or held_out_loss < min(value for _, value in history):
            best = {name: value.clone() for name, value in model.state_dict().items()}
        history.append((float(np.mean(losses)), held_out_loss))
        if len(history) - int(np.argmin([value for _, value in history])) > plan.patience:
            break
    model.load_state_dict(best)
    return Fitted(model.cpu(), tuple(history))


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
    served = _served(torch, model, [name in MALIGNANT_CLASSES for name in CLASS_NAMES]).eval()
    example = torch.zeros(2, architecture.input_height, architecture.input_width, 3)
    out = io.BytesIO()
    names = ["logits", "evidence", "features"]
    with warnings.catch_warnings():
        # The exporter that takes its place needs one library more. Its tracer warns of every shape that is compared.
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
    """A torch module around the trained layers, all of which follow one another."""
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


def _cross_entropy(logits: NDArray[Any], targets: NDArray[Any]) -> float:
    shifted = logits - logits.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-(targets * logs).sum(axis=1).mean())
