"""A model folder of DenseNet-121's size with random weights: for timing, never for a picture of a patient."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mlworker.training.data.pictures import IS_MALIGNANT
from mlworker.training.fit import export
from mlworker.zoo import artifact, registry, released


def write(folder: Path) -> Path:
    """Write the folder. Needs Keras and takes about a minute."""
    import keras

    from mlworker.zoo import networks

    keras.utils.set_random_seed(0)
    architecture = registry.find("densenet121")
    model = networks.build(architecture, class_count=len(IS_MALIGNANT), from_scratch=True)
    graph = export.to_onnx(model, architecture.head, is_malignant=IS_MALIGNANT)
    card = replace(
        artifact.read(released.folder(released.PRIMARY)).card,
        name="densenet121-random",
        architecture=architecture.name,
        version="0",
        input_height=architecture.input_height,
        input_width=architecture.input_width,
        recipe=architecture.recipe,
        threshold_rule="None: its answers mean nothing.",
        training_data="None: random weights.",
        intended_use="Timing.",
        limits=["Its answers mean nothing."],
        model_sha256=artifact.sha256(graph),
        metrics={},
        training={},
        weights_sha256=None,
        conformal=None,
        novelty=None,
        novelty_sha256=None,
    )
    artifact.write(folder, card=card, model=graph, weights=None, report="# DenseNet-121 with random weights\n")
    return folder
