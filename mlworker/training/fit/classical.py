"""Classifiers on measures of the cells: a support vector machine and boosted trees, served like any network.

They learn from photographs alone: a drawn smear has no subtype, and neither of them learns from a third of a class.
Their input has no places, so their graph has evidence of no place, and no heat map is drawn.
"""

from __future__ import annotations

import pickle
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.preprocessing.measures import WIDTH, cell_measures_v1
from mlworker.training.data import copies, stock
from mlworker.training.data.copies import PLAIN, Copy
from mlworker.training.data.split import Fold, Logits, Places
from mlworker.training.data.stock import Stock
from mlworker.training.fit import export
from mlworker.training.fit.fitted import Drawn, Fitted, Network, held_out_of, weights_of
from mlworker.training.fit.settings import Settings

SVM, XGBOOST = "svm", "xgboost"
LIMIT = (
    "It sees numbers that were measured on the segmented cells, averaged over the field, and no picture: there is no "
    "heat map, and it cannot see what the segmentation misses."
)
_SURE = 1e-6  # no probability counts as nearer to 0 or 1
_LIBRARIES = {SVM: ("scikit-learn", "skl2onnx"), XGBOOST: ("xgboost-cpu", "onnxmltools")}


class Classifiers:
    """The trainer of `svm` and `xgboost`."""

    def __init__(self, settings: Settings, pictures: Stock) -> None:
        self.settings, self.stock = settings, pictures

    def fit(self, fold: Fold, drawn: Drawn | None = None, *, resume: Path | None = None) -> Fitted:
        """`Trainer.fit`; there is nothing to resume. Raises `ValueError` if drawn smears are to be mixed in."""
        name = self.settings.model
        if drawn and drawn.training:
            raise ValueError(f"{name} learns from photographs alone: leave out --drawn.")
        plain = self._measures(PLAIN, fold)

        def train(places: Places) -> Any:
            return fit(name, plain[places], self.stock.targets[places], balanced=self.settings.balanced)

        first = train(fold.train)
        final = train(fold.outside_test) if self.settings.refit else first
        validation_logits = logits(first, plain[fold.validation])
        held_out = held_out_of(
            self.settings,
            self.stock,
            fold,
            validation_logits,
            lambda others, asked: logits(train(others), plain[asked]),
        )
        learned = numbers(final)
        return Fitted(
            answers=lambda copy, chosen: logits(final, self._measures(copy, fold)[chosen]),
            ask=lambda image: final.predict_proba(cell_measures_v1(image, 1, 1)[0]),
            network=lambda: Network(
                to_onnx(name, final), lambda inputs: final.predict_proba(inputs.reshape(-1, WIDTH))
            ),
            validation_logits=validation_logits,
            held_out=held_out,
            parameters=learned,
            file_bytes=len(pickle.dumps(final)),  # measured, never read back
            is_refitted=self.settings.refit,
            has_learned_features=False,
            record={
                "numbers_learned": learned,
                "libraries": {library: version(library) for library in _LIBRARIES[name]},
            },
            limits=(LIMIT,),
        )

    def _measures(self, copy: Copy, fold: Fold) -> NDArray[np.float32]:
        """Measures (N, WIDTH) of one copy of every picture. The cells are found anew, as when it is served."""

        def make(number: int) -> NDArray[np.float32]:
            image, _ = copies.make(self.stock, copy, number, fold.among)
            return np.asarray(cell_measures_v1(image, 1, 1)[0, 0])

        path = self.stock.folder / "classical-1" / f"{copies.cache_name(copy, fold.among)}.npy"
        only = copies.needed(copy, fold.among)
        return stock.filled(path, (len(self.stock), WIDTH), np.float32, make, f"classical {copy}", only=only)


def fit(name: str, values: NDArray[np.float32], targets: NDArray[np.float32], *, balanced: bool) -> Any:
    """A classifier fitted to measures (n, WIDTH) and targets (n, C) of one class each; `balanced` weighs the classes.

    Raises `ValueError` for an unknown name.
    """
    weighed = {"sample_weight": weights_of(targets)} if balanced and name == XGBOOST else {}
    fitted = _unfitted(name, balanced=balanced)
    fitted.fit(values, targets.argmax(axis=1), **weighed)
    return fitted


def logits(fitted: Any, values: NDArray[np.float32]) -> Logits:
    """Logarithms of the probabilities (n, C), as in the served graph."""
    return np.asarray(np.log(np.maximum(fitted.predict_proba(values), _SURE)), dtype=np.float32)


def numbers(fitted: Any) -> int:
    """The count of learned numbers: support vectors with their weights, or nodes of all trees."""
    if hasattr(fitted, "calibrated_classifiers_"):
        machine = fitted.calibrated_classifiers_[0].estimator[-1]
        return int(machine.support_vectors_.size + machine.dual_coef_.size)
    return sum(len(tree.splitlines()) for tree in fitted.get_booster().get_dump())


def to_onnx(name: str, fitted: Any) -> bytes:
    """The served graph: `image` (N, 1, 1, WIDTH) to `logits` (N, C), `evidence` (N, 0, 0) and `features` (N, WIDTH).

    Novelty is judged by the absolute measures, because `novelty.describe` takes no negative ones.
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
    return bytes(made.SerializeToString())


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
    """The graph of the library's own converter, from measures (N, WIDTH) to a label and probabilities (N, C)."""
    if name == SVM:
        from skl2onnx import to_onnx as convert

        some = np.zeros((1, WIDTH), dtype=np.float32)
        return convert(fitted, some, target_opset=export.OPSET, options={id(fitted): {"zipmap": False}})
    from onnxmltools.convert import convert_xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType

    return convert_xgboost(fitted, initial_types=[("measures", FloatTensorType([None, WIDTH]))], target_opset=15)
