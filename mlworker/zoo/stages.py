"""Which layers of a pretrained model train: the head alone at first, then the backbone from its end backwards."""

from __future__ import annotations

from collections.abc import Sequence

import keras

BACKBONE = "backbone"  # the name, or its beginning, of the sub-models that came with weights


def open_from(model: keras.Model, stages: Sequence[str], stage: int, *, keeps_statistics: bool) -> None:
    """Let `model` train as in `stage`: 0 is the head alone, n is every backbone from its layer `stages[n - 1]` on.

    With `keeps_statistics` batch normalisation stays closed, as `mlworker.zoo.heads.keep_statistics` has it. The model
    must be compiled again afterwards. Raises `ValueError` for a stage there is none of or a layer that no backbone has.
    """
    if not 0 <= stage <= len(stages):
        raise ValueError(f"There is no stage {stage}: the stages are 0 to {len(stages)}.")
    for backbone in _backbones(model):
        backbone.trainable = True
        is_open = False
        for layer in backbone.layers:
            is_open = is_open or (stage > 0 and layer.name == stages[stage - 1])
            is_kept = keeps_statistics and isinstance(layer, keras.layers.BatchNormalization)
            layer.trainable = is_open and not is_kept
        if stage > 0 and not is_open:
            raise ValueError(f"The backbone of {model.name} has no layer {stages[stage - 1]!r}.")


def _backbones(model: keras.Model) -> list[keras.Model]:
    found = [layer for layer in model.layers if isinstance(layer, keras.Model) and layer.name.startswith(BACKBONE)]
    if not found:
        raise ValueError(f"{model.name} has no backbone, so it has no stages.")
    return found
