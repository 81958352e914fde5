"""CellNet: many small looks, one for each place of the field, and attention to the places that matter.

In these pictures the background between the cells betrays the class. So this network cannot see further than a cell:
each place of its last map sees 45x45 pixels of the 224x224 field, about one and a half blasts, as in Brendel and
Bethge's bags of local features (ICLR 2019). A learned attention, which sums to one over the field, weighs the places
before they are added up: attention pooling of Ilse, Tomczak and Welling (ICML 2018). The same weights read every cell,
and no arrangement of cells can be learned.
"""

from __future__ import annotations

import keras
from keras import layers

ATTENTION_UNITS = 64
RECEPTIVE_FIELD = 45  # pixels of the input that a place of the last map sees; a test measures it
# Kernel, stride and filters of each convolution.
ENCODER = ((5, 2, 32), (3, 1, 32), (3, 2, 64), (3, 1, 64), (3, 2, 96), (3, 1, 128), (1, 1, 128))


def features(image: keras.KerasTensor) -> keras.KerasTensor:
    """The last feature map (N, h, w, 128) over `image` (N, H, W, 3), each place weighted by its attention."""
    x = image
    for number, (kernel, strides, filters) in enumerate(ENCODER, start=1):
        x = layers.Conv2D(filters, kernel, strides=strides, use_bias=False, name=f"conv_{number}")(x)
        x = layers.BatchNormalization(name=f"norm_{number}")(x)
        x = layers.Activation("relu", name=f"relu_{number}")(x)
    return layers.Multiply(name="features")([x, _attention(x)])


def _attention(x: keras.KerasTensor) -> keras.KerasTensor:
    """Weights (N, h, w, 1) of the places, whose mean is 1, so that averaging over places gives the attention's sum."""
    _, height, width, _ = x.shape
    gate = layers.Conv2D(ATTENTION_UNITS, 1, activation="tanh", name="attention_gate")(x)
    score = layers.Conv2D(1, 1, use_bias=False, name="attention_score")(gate)
    share = layers.Softmax(axis=1, name="attention_share")(layers.Reshape((height * width, 1))(score))
    weight = layers.Rescaling(float(height * width), name="attention_scale")(share)
    return layers.Reshape((height, width, 1), name="attention")(weight)
