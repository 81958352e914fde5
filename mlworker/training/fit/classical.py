"""Classifiers on measures of the cells: a support vector machine and boosted trees, served like any network.

They learn from photographs alone: a drawn smear knows no subtype, and neither of them takes a third of a class. There
is no place in their input, so their graph has evidence of no place, and no heat map is drawn.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.preprocessing.measures import WIDTH
from mlworker.training.data.material import Material
from mlworker.training.data.split import Part
from mlworker.training.fit import export, loop
from mlworker.training.fit.head import weights_of
from mlworker.training.fit.trainers import Trained, Trainer
from mlworker.zoo.registry import Architecture

SVM, XGBOOST = "svm", "xgboost"
LIMIT = (
    "It sees numbers that were measured of the segmented cells, averaged over the field, and no picture: there is no "
    "heat map, and what the segmentation misses it cannot see."
)
_SURE = 1e-6  # no probability is taken to be nearer to 0 or 1
_LIBRARIES = {SVM: ("scikit-learn", "skl2onnx"), XGBOOST: ("xgboost-cpu", "onnxmltools")}


def trainer(*, balanced: bool) -> Trainer:
    """Fits once on the training part; calibration is on the validation part, as for every model."""

    def train(architecture: Architecture, material: Material) -> Trained:
        if material.drawn_count:
            raise ValueError(f"{architecture.name} learns from photographs alone: leave out --drawn.")
        photographs = material.photographs[Part.TRAIN]
        inputs = loop.prepare(architecture, photographs.images)
        fitted = fit(architecture.name, inputs.reshape(len(inputs), WIDTH), photographs.targets, balanced=balanced)

        def answer(inputs: NDArray[np.float32], *, training: bool = False) -> NDArray[Any]:
            probabilities: NDArray[Any] = fitted.predict_proba(inputs.reshape(len(inputs), WIDTH))
            return probabilities

        record = {
            "balanced": balanced,
            "numbers_learned": numbers(fitted),
            "libraries": {name: version(name) for name in _LIBRARIES[architecture.name]},
        }
        return Trained(answer, record, graph=to_onnx(architecture.name, fitted), limits=(LIMIT,))

    return train


def fit(name: str, values: NDArray[np.float32], targets: NDArray[np.float32], *, balanced: bool) -> Any:
    """A classifier fitted to measures (n, WIDTH) and targets (n, C) of one class each; `balanced` weighs the classes.

    Raises `ValueError` for a name there is none of.
    """
    weighed = {"sample_weight": weights_of(targets)} if balanced and name == XGBOOST else {}
    fitted = _unfitted(name, balanced=balanced)
    fitted.fit(values, targets.argmax(axis=1), **weighed)
    return fitted


def logits(fitted: Any, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logarithms of the probabilities (n, C), as the served graph gives them."""
    answer: NDArray[np.float32] = np.log(np.maximum(fitted.predict_proba(values), _SURE)).astype(np.float32)
    return answer


def numbers(fitted: Any) -> int:
    """How many numbers were learned: support vectors with their weights, or nodes of all trees."""
    if hasattr(fitted, "calibrated_classifiers_"):
        machine = fitted.calibrated_classifiers_[0].estimator[-1]
        return int(machine.support_vectors_.size + machine.dual_coef_.size)
    return sum(len(tree.splitlines()) for tree in fitted.get_booster().get_dump())


def to_onnx(name: str, fitted: Any) -> bytes:
    """The served graph: `image` (N, 1, 1, WIDTH) to `logits` (N, C), `evidence` (N, 0, 0) and `features` (N, WIDTH).

    Novelty is judged by the sizes of the measures, because `novelty.describe` takes no negative ones.
    """
    from onnx import TensorProto, helper, numpy_helper

    proto = _converted(name, fitted)
    measures, probabilities = proto.graph.input[0].name, proto.graph.output[1].name
    classes = len(fitted.classes_)
    before = [helper.make_node("Flatten", ["image"], [measures])]
    after = [
        helper.make_node("Max", [probabilities, "least"], ["bounded"]),
        helper.make_node("Log", ["bounded"], ["logits"]),
        helper.make_node("Abs", [measures], ["features"]),
        helper.make_node("Shape", ["image"], ["count"], start=0, end=1),
        helper.make_node("Concat", ["count", "nowhere"], ["places"], axis=0),
        helper.make_node("ConstantOfShape", ["places"], ["evidence"]),
    ]
    constants = {"least": np.array(_SURE, dtype=np.float32), "nowhere": np.zeros(2, dtype=np.int64)}
    graph = helper.make_graph(
        [*before, *proto.graph.node, *after],
        name,
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 1, 1, WIDTH])],
        [
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", classes]),
            helper.make_tensor_value_info("evidence", TensorProto.FLOAT, ["N", 0, 0]),
            helper.make_tensor_value_info("features", TensorProto.FLOAT, ["N", WIDTH]),
        ],
        [*proto.graph.initializer, *(numpy_helper.from_array(array, key) for key, array in constants.items())],
    )
    made = helper.make_model(graph, opset_imports=proto.opset_import, ir_version=proto.ir_version)
    serialized: bytes = made.SerializeToString()
    return serialized


def _unfitted(name: str, *, balanced: bool) -> Any:
    if name == SVM:
        from sklearn.calibration import CalibratedClassifierCV
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
        from sklearn.svm import SVC

        weights = "balanced" if balanced else None
        machine = make_pipeline(StandardScaler(), SVC(C=10.0, gamma="scale", class_weight=weights))
        return CalibratedClassifierCV(machine, method="sigmoid", cv=3, ensemble=False)
    if name == XGBOOST:
        from xgboost import XGBClassifier

        return XGBClassifier(
            n_estimators=300,
            max_depth=4,
            learning_rate=0.1,
            subsample=0.8,
            colsample_bytree=0.8,
            n_jobs=1,
            random_state=1,
        )
    raise ValueError(f"No classical model is called {name!r}. There are: {SVM}, {XGBOOST}.")


def _converted(name: str, fitted: Any) -> Any:
    """A graph of the library's own converter, from measures (N, WIDTH) to a label and probabilities (N, C)."""
    if name == SVM:
        from skl2onnx import to_onnx as convert

        some = np.zeros((1, WIDTH), dtype=np.float32)
        return convert(fitted, some, target_opset=export.OPSET, options={id(fitted): {"zipmap": False}})
    from onnxmltools.convert import convert_xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType

    return convert_xgboost(fitted, initial_types=[("measures", FloatTensorType([None, WIDTH]))], target_opset=15)
