"""A fitted model as it will be served: its graph, calibrated."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.calibration import conformal
from mlworker.calibration.temperature import softmax
from mlworker.training.data.pictures import IS_MALIGNANT
from mlworker.training.data.split import Fold, Places
from mlworker.training.data.stock import Stock
from mlworker.training.fit import export, familiarity
from mlworker.training.fit.calibrate import Calibration
from mlworker.training.fit.fitted import Network
from mlworker.training.judge import assess
from mlworker.zoo.registry import Architecture


@dataclass(frozen=True, slots=True)
class Served:
    """The exported network with the numbers that were fitted to it."""

    architecture: Architecture
    network: Network
    calibration: Calibration

    def inputs(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """Pictures (N, S, S, 3) uint8 as the model's input. The recipe finds the cells, as in use."""
        return np.stack([self.architecture.prepare(image) for image in images])

    def probabilities(self, images: NDArray[Any]) -> NDArray[np.float64]:
        """Calibrated probabilities (N, C) of pictures (N, S, S, 3) uint8."""
        logits = export.served_logits(self.network.graph, self.inputs(images))
        return softmax(logits, temperature=self.calibration.temperature)

    def verdicts(self, images: NDArray[Any], is_ill: NDArray[np.bool_]) -> dict[str, Any]:
        """The verdicts on pictures whose subtype nobody knows, leukaemia (N,) or not."""
        scores = self.probabilities(images)[:, list(IS_MALIGNANT)].sum(axis=1)
        return {"pictures": len(images), "verdicts": assess.verdicts(scores, is_ill, self.calibration.thresholds)}

    def sets(self, probabilities: NDArray[np.float64], stock: Stock, places: Places) -> dict[str, Any] | None:
        """Coverage and size of the prediction sets; None if the model states no coverage."""
        rule = self.calibration.conformal
        if rule is None:
            return None
        members = conformal.sets(probabilities, rule)
        quality = conformal.judge(members, stock.labels[places], stock.clusters[places].tolist())
        return {"stated": rule.coverage, **asdict(quality)}

    def sources(
        self, stock: Stock, fold: Fold, drawn_count: int, *, has_learned: bool
    ) -> tuple[familiarity.Source, ...]:
        """Photographs, and drawn fields if any were trained on, as the graph meets them."""
        session = export.open_graph(self.network.graph)

        def run(inputs: NDArray[np.float32]) -> NDArray[np.float32]:
            return export.run(session, inputs)[1]

        photographs = familiarity.sources(run, self.architecture, stock, fold, has_learned=has_learned)
        if not drawn_count:
            return photographs
        return (*photographs, familiarity.drawn_source(run, self.architecture, drawn_count))
