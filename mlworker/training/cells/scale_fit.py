"""Train the scale network: the fixed lower half of the class network, then a small head."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from mlworker.training.cells import lite0

STEPS, BATCH, RATE, SEED = 600, 64, 1.5e-3, 3
OF_EACH = 900  # lessons of each source


def head() -> keras.Model:
    """From the lower half's maps (N, h, w, 40) to (N, 2): logarithm of micrometres a pixel, and of its error."""
    maps = keras.Input((None, None, lite0.LOWER_CHANNELS), name="maps")
    x = maps
    for width in (48, 64, 64):
        x = layers.Conv2D(width, 3, padding="same", strides=1 if width == 48 else 2, use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization(momentum=0.95)(x))
    x = layers.Concatenate()([layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(x)])
    x = layers.Dense(64, activation="relu")(layers.Dropout(0.2)(x))
    return keras.Model(maps, layers.Dense(2, name="scale")(x), name="scale_head")


def train(maps: NDArray[np.float16], um_per_pixel: NDArray[np.float64], *, steps: int = STEPS) -> keras.Model:
    """Train on maps (N, h, w, 40) of pictures whose micrometres a pixel (N,) are known."""
    keras.utils.set_random_seed(SEED)
    model = head()
    rate = keras.optimizers.schedules.CosineDecay(
        RATE / 10, steps - 30, alpha=0.02, warmup_target=RATE, warmup_steps=30
    )
    model.compile(keras.optimizers.AdamW(rate, weight_decay=1e-3), loss)
    order, wanted = np.random.default_rng(SEED), np.log(um_per_pixel).astype(np.float32)
    for _ in range(steps):
        now = np.sort(order.choice(len(maps), BATCH, replace=False))
        batch = maps[now].astype(np.float32)
        if order.random() < 0.5:
            batch = batch[:, ::-1]
        model.train_on_batch(np.ascontiguousarray(batch), wanted[now, None])
    return model


def loss(truth: Any, answer: Any) -> Any:
    """Negative logarithm of a Laplace density: an error counts by its size, weighed by the error that was expected."""
    width = -1.5 + 1.5 * ops.tanh(answer[:, 1:])
    return ops.mean(ops.abs(truth - answer[:, :1]) * ops.exp(-width) + width)


def answers(model: keras.Model, maps: NDArray[np.float16]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the logarithm of the scale (N,) and its expected error (N,)."""
    found = np.concatenate(
        [np.asarray(model.predict_on_batch(maps[n : n + 128].astype(np.float32))) for n in range(0, len(maps), 128)]
    )
    return found[:, 0].astype(np.float64), np.exp(-1.5 + 1.5 * np.tanh(found[:, 1])).astype(np.float64)


def judge(maps: NDArray[np.float16], um_per_pixel: NDArray[np.float64], source: NDArray[np.str_]) -> dict[str, Any]:
    """Judge with each hospital left out: errors of the logarithm of the scale; `error` is their deviation over all.

    The deviation is taken robustly, as the 90 % quantile of the error's size over 1.645, averaged over hospitals.
    """
    hospital = np.array([name.rsplit("-", 1)[0] if name.startswith("wbc-seg") else name for name in source])
    found = {}
    for name in sorted(set(hospital.tolist()) - {"drawn"}):
        out = hospital == name
        logs, _ = answers(train(maps[~out], um_per_pixel[~out]), maps[out])
        errors = logs - np.log(um_per_pixel[out])
        found[name] = {
            "bias": float(np.median(errors)),
            "median_size": float(np.median(np.abs(errors))),
            "size_of_90_percent": float(np.quantile(np.abs(errors), 0.9)),
            "pictures": int(out.sum()),
        }
    error = float(np.mean([one["size_of_90_percent"] for one in found.values()]) / 1.645)
    return {"error": error, "left_out": found}


def whole(lower: keras.Model, upper: keras.Model) -> keras.Model:
    """Join the fixed half and the head: from (N, H, W, 3) float32 in [-1, 1] to (N, 2) logarithm and expected error."""
    image = keras.Input((None, None, 3), name="image")
    found = upper(lower(image))
    error = ops.exp(-1.5 + 1.5 * ops.tanh(found[:, 1:]))
    return keras.Model(image, ops.concatenate([found[:, :1], error], axis=1), name="scale")
