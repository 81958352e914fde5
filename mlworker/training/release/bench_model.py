"""A model folder of DenseNet-121's size with random weights: for timing, never for a picture of a patient."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mlworker.calibration.thresholds import Thresholds
from mlworker.training.data.pictures import CLASS_NAMES, MALIGNANT_CLASSES
from mlworker.training.fit import export
from mlworker.zoo import artifact
from mlworker.zoo.card import FORMAT_VERSION, ModelCard
from mlworker.zoo.registry import Head, Pooling

SIDE = 224
HEAD = Head(pooling=Pooling.AVERAGE, dense=("hidden_1", "logits"))


def write(folder: Path) -> Path:
    """Write the folder. Needs Keras and takes about a minute."""
    graph = export.to_onnx(_build(), HEAD, is_malignant=[name in MALIGNANT_CLASSES for name in CLASS_NAMES])
    card = ModelCard(
        format_version=FORMAT_VERSION,
        name="densenet121-random",
        architecture="densenet121",
        version="0",
        class_names=list(CLASS_NAMES),
        malignant_classes=list(MALIGNANT_CLASSES),
        input_height=SIDE,
        input_width=SIDE,
        recipe="field-rgb-v1",
        segmentation_method="lab-kmeans",
        temperature=1.0,
        thresholds=Thresholds(benign_below=0.4, leukemia_above=0.6),
        threshold_rule="None: its answers mean nothing.",
        split_name="none",
        split_sha256=None,
        metrics={},
        parity=None,
        training={},
        training_commit=None,
        training_data="None: random weights.",
        training_data_licence="None needed.",
        mixed_in="Nothing.",
        intended_use="Timing.",
        limits=["Its answers mean nothing."],
        model_sha256=artifact.sha256(graph),
        weights_sha256=None,
        conformal=None,
        novelty=None,
        novelty_sha256=None,
    )
    artifact.write(folder, card=card, model=graph, weights=None, report="# DenseNet-121 with random weights\n")
    return folder


def _build() -> Any:
    import keras
    from keras import layers

    keras.utils.set_random_seed(0)
    base = keras.applications.DenseNet121(include_top=False, weights=None, input_shape=(SIDE, SIDE, 3))
    features = layers.Activation("linear", name="features")(base.output)
    x = layers.GlobalAveragePooling2D()(features)
    x = layers.Dense(256, activation="relu", name="hidden_1")(x)
    logits = layers.Dense(len(CLASS_NAMES), name="logits")(x)
    return keras.Model(base.input, layers.Softmax()(logits))
