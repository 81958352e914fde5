"""A real model small enough for tests: it weighs how much dark violet a field holds, by four fixed numbers.

It goes through every step that a trained model goes through, in about a millisecond. It is fit for drawn fields alone,
and its card says so. `onnx` is needed to write it, not to use it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from mlworker.calibration.conformal import ConformalRule
from mlworker.calibration.thresholds import Thresholds
from mlworker.zoo import artifact
from mlworker.zoo.card import FORMAT_VERSION, ModelCard

SIDE = 64  # the input's height and width
CLASS_NAMES = ["Benign", "Early", "Pre", "Pro"]
OPSET = 17
IR_VERSION = 10

# Violet is dark in green and less so in red and blue: (R + B) / 2 - G, above what red cells reach.
VIOLET_KERNEL = (0.5, -1.0, 0.5)
VIOLET_OFFSET = -0.35
EVIDENCE_GAIN = 300.0  # logit per unit of mean violet
EVIDENCE_OFFSET = -6.1  # an even score at a mean violet of 0.0167, between benign and leukaemic drawn fields


def write(folder: Path) -> Path:
    """Write the complete model folder to `folder` (made if need be) and return it. Same bytes every time."""
    model = build()
    card = ModelCard(
        format_version=FORMAT_VERSION,
        name="tiny",
        architecture="tiny",
        version="1.0.0",
        class_names=list(CLASS_NAMES),
        malignant_classes=CLASS_NAMES[1:],
        input_height=SIDE,
        input_width=SIDE,
        recipe="field-rgb-v1",
        segmentation_method="lab-kmeans",
        temperature=1.0,
        thresholds=Thresholds(benign_below=0.4, leukemia_above=0.6),
        threshold_rule="Set by hand for drawn fields.",
        split_name="none",
        split_sha256=None,
        metrics={},
        parity=None,
        training={},
        training_commit=None,
        training_data="None: its numbers are set by hand.",
        training_data_licence="None needed.",
        mixed_in="Nothing.",
        intended_use="Tests of the software on drawn fields.",
        limits=["Knows nothing of leukaemia. Never to be used on a patient's picture."],
        model_sha256=artifact.sha256(model),
        weights_sha256=None,
        conformal=ConformalRule(coverage=0.95, quantile=0.75, clusters=0, pictures=0),
        novelty=None,
        novelty_sha256=None,
    )
    report = "# tiny 1.0.0\n\nA model of four fixed numbers for tests of the software. Nothing was measured of it.\n"
    artifact.write(folder, card=card, model=model, weights=None, report=report)
    return folder


def build() -> bytes:
    """The ONNX graph: `image` (N, 64, 64, 3) float32 in [-1, 1] to `logits` (N, 4), `evidence` (N, 32, 32) and
    `features` (N, 1).

    logits = (0, z, z, z) with z = gain * mean(violet) + offset; evidence = gain * violet, whose mean is z - offset, and
    that mean is the one feature.
    """
    graph = helper.make_graph(
        _nodes(),
        "tiny",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", SIDE, SIDE, 3])],
        [
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", len(CLASS_NAMES)]),
            helper.make_tensor_value_info("evidence", TensorProto.FLOAT, ["N", SIDE // 2, SIDE // 2]),
            helper.make_tensor_value_info("features", TensorProto.FLOAT, ["N", 1]),
        ],
        _constants(),
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="leukplatform")
    model.ir_version = IR_VERSION
    serialized: bytes = model.SerializeToString()
    return serialized


def _nodes() -> list[Any]:
    return [
        helper.make_node("Transpose", ["image"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["planes", "kernel", "kernel_bias"], ["violet_raw"]),
        helper.make_node("Relu", ["violet_raw"], ["violet_full"]),
        helper.make_node("AveragePool", ["violet_full"], ["violet"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Mul", ["violet", "gain"], ["evidence_planes"]),
        helper.make_node("Squeeze", ["evidence_planes", "channel_axis"], ["evidence"]),
        helper.make_node("ReduceMean", ["evidence_planes"], ["features"], axes=[2, 3], keepdims=0),
        helper.make_node("Gemm", ["features", "head", "head_bias"], ["logits"]),
    ]


def _constants() -> list[Any]:
    is_malignant = np.array([0, 1, 1, 1], dtype=np.float32)
    arrays = {
        "kernel": np.array(VIOLET_KERNEL, dtype=np.float32).reshape(1, 3, 1, 1),
        "kernel_bias": np.array([VIOLET_OFFSET], dtype=np.float32),
        "gain": np.array(EVIDENCE_GAIN, dtype=np.float32),
        "channel_axis": np.array([1], dtype=np.int64),
        "head": is_malignant.reshape(1, 4),
        "head_bias": is_malignant * np.float32(EVIDENCE_OFFSET),
    }
    return [numpy_helper.from_array(array, name) for name, array in arrays.items()]
