"""Training in stages: the head alone at first, then a pretrained backbone from its end backwards."""

from __future__ import annotations

from collections.abc import Sequence

import keras

BACKBONE = "backbone"  # the names of pretrained sub-models begin with it


def open_from(model: keras.Model, stages: Sequence[str], stage: int, *, keeps_statistics: bool) -> None:
    """Make the layers of `stage` trainable: 0 is the head alone, n adds every backbone from `stages[n - 1]` on.

    With `keeps_statistics` batch normalisation stays fixed (`mlworker.zoo.heads.keep_statistics`). The model must be
    compiled again afterwards. Raises `ValueError` for an unknown stage or a layer that no backbone has.
    """
    if not 0 <= stage <= len(stages):
        raise ValueError(f"There is no stage {stage}. The stages are 0 to {len(stages)}.")
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
