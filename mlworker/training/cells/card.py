"""The card of the cell reader as Markdown, from the figures beside its networks: where it fails comes first."""

from __future__ import annotations

import json
from collections.abc import Iterable
from importlib import resources
from typing import Any

from mlworker.cells import classes
from mlworker.evaluation.report import table

_HEAD = """\
# The cell reader

Made by `python -m mlworker.training.cells card` from the figures beside its networks
(`mlworker/cells/networks/*.json`).
For research and teaching. No hospital has validated it.

The reader finds the scale of a picture, outlines the nucleated cells, cuts each out at 0.2 micrometres a pixel, names
it, and the verdict follows from all cells by a written rule (`mlworker/cells/verdict.py`). Sources, labels and their
classes: `mlworker/cells/classes.toml`. Splits: by patient, slide or file, fixed by a hash
(`mlworker/training/cells/protocol.json`).
"""
_NAMES = {
    "jhu_patients_held_out": "Johns Hopkins, patients held out",
    "mll_held_out": "Munich, cells held out",
    "jhu_never_trained_on": "Johns Hopkins, hospital never trained on",
    "mll_never_trained_on": "Munich, hospital never trained on",
    "jhu_by_a_rule_of_mll": "Johns Hopkins, by a rule fitted on Munich",
    "mll_by_a_rule_of_jhu": "Munich, by a rule fitted on Johns Hopkins",
}


def document() -> str:
    """Return the whole card."""
    named, outlined, scaled, apl = (_figures(name) for name in ("classes", "outlines", "scale", "apl"))
    return "\n".join([_HEAD, *_failures(named), *_blasts(named), *_classes(named), *_outlines(outlined),
                      *_scale(scaled), *_apl(apl), *_training(named, outlined)])  # fmt: skip


def _figures(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        resources.files("mlworker.cells").joinpath("networks", f"{name}.json").read_text(encoding="utf-8")
    )
    return found


def _failures(named: dict[str, Any]) -> Iterable[str]:
    yield "## Where it fails\n"
    weak = [(c, one["f1"], one["cells"]) for c, one in named["macro_f1"]["jhu_patients_held_out"]["classes"].items()]
    rows = [[c, f"{f1:.2f}", str(cells)] for c, f1, cells in sorted(weak, key=lambda row: row[1])]
    yield "The classes of cells, the worst first (F1 on patients held out, Johns Hopkins):\n"
    yield table(["class", "F1", "cells"], rows)
    yield "\nDecided on a hospital that neither network nor rule knows; at most 5 % of the decided should be wrong:\n"
    yield table(
        ["hospital", "blast or not: decided", "wrong", "class: named", "wrong"],
        [
            [_NAMES[key], *(_percent(one[k][v]) for k in ("blast", "class") for v in ("decided", "wrong"))]
            for key, one in named["decided"].items()
        ],
    )
    anyway, source = named["not_identifiable_named"], named["source_from_embedding"]
    yield (
        f"\nOf {anyway['cells']} cells that the laboratory could not identify it names {_percent(anyway['named'])}. "
        f"From a cell's embedding the hospital can be told in {_percent(source['accuracy'])} (chance "
        f"{_percent(source['chance'])}): the source has not been overcome.\n"
    )


def _blasts(named: dict[str, Any]) -> Iterable[str]:
    yield "## Blast, promyelocyte or promonocyte against the rest\n"
    rows = [
        [_NAMES[key], _interval(one), str(one["blasts"]), str(one["others"])]
        for key, one in named["blast_auroc"].items()
    ]
    yield table(["cells", "AUROC (95 %)", "blasts", "others"], rows)
    rule = named["rule"]
    yield (
        f"\nThe rule: a blast score from {rule['blast']:.3f} on is a blast, up to {rule['not_blast']:.3f} none, "
        f"between them undecided; a class is named from a confidence of {rule['confidence']:.3f} on (temperature "
        f"{rule['temperature']:.2f}). Fitted on {rule['fitted_on']}, at most 5 % of the decided wrong.\n"
    )


def _classes(named: dict[str, Any]) -> Iterable[str]:
    yield "## Classes\n"
    rows = [[_NAMES[key], _interval(one)] for key, one in named["macro_f1"].items()]
    yield table(["cells", "macro F1 over nine classes (95 %)"], rows)
    yield "\nHow the sources' labels map to the classes:\n"
    sources = classes.table().sources
    yield table(
        ["source", "µm a pixel", "labels"],
        [
            [name, f"{s.um_per_pixel:g}", ", ".join(f"{a} = {b}" for a, b in s.labels.items())]
            for name, s in sources.items()
        ],
    )


def _outlines(outlined: dict[str, Any]) -> Iterable[str]:
    yield "\n## Outlines\n"
    yield f"Held out: {outlined['held_out']}. Clumps: {outlined['clumps']}.\n"
    rows = []
    for method, one in outlined["methods"].items():
        every = one["dice"]["all"]
        counted = [one.get(key) for key in ("two_overlapping_by_30_percent", "clumps_of_four")]
        shares = [_percent(found["share"]) if found else "–" for found in counted]
        rows.append([method, _interval(every["nucleus"]), _interval(every["cell"]), *shares])
    yield table(["method", "Dice of nuclei", "Dice of cells", "two overlapping", "four in a clump"], rows)


def _scale(scaled: dict[str, Any]) -> Iterable[str]:
    yield "\n## Scale, where it is neither stated nor measured on red cells\n"
    yield "The network, with the hospital left out of its training; errors of the natural logarithm:\n"
    rows = [
        [
            name,
            f"{one['bias']:+.2f}",
            f"{one['median_size']:.2f}",
            f"{one['size_of_90_percent']:.2f}",
            str(one["pictures"]),
        ]
        for name, one in scaled["left_out"].items()
    ]
    yield table(["source", "bias", "median size", "90 % within", "pictures"], rows)


def _apl(apl: dict[str, Any]) -> Iterable[str]:
    found = next(iter(apl.values())) if "auroc" not in apl else apl
    area = found["auroc"]
    yield "\n## Suspicion of acute promyelocytic leukaemia\n"
    yield (
        f"{found['patients']} patients of one hospital, {found['apl']} with APL, cross-validated over patients on "
        f"embeddings that never saw this hospital: AUROC {area['mean']:.2f} (deviation over {area['repeats']} repeats "
        f"{area['deviation']:.3f}). At a sensitivity of {_percent(found['sensitivity'])}, "
        f"{_percent(found['others_suspected'])} of the others are suspected, too. Part of this is stain and not "
        "morphology; no other hospital's cases were at hand to tell how much.\n"
    )


def _training(named: dict[str, Any], outlined: dict[str, Any]) -> Iterable[str]:
    yield "## How it was trained\n"
    yield f"Classes: {named['training_as_run']}.\n\nOutlines: {outlined['network']['training']}.\n"


def _interval(one: dict[str, Any]) -> str:
    return f"{one['value']:.3f} ({one['low']:.3f}–{one['high']:.3f})"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
