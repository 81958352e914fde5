"""What the models were to reach, and what they reached: from the JSON of the rows and of `judge`, nothing by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mlworker.training.split import GROUPED
from mlworker.zoo.released import PRIMARY

RANDOM = "random-64-20-16"
_PUBLISHED_PICTURES = 518  # in the test part behind the published cost
_HEADER = """## Aims

Those on `grouped` are asked of the released model's row, the one on the random split of the row that is best there.
Whoever gave a published figure gave none of the others.

| what | published best | aim | reached | by |
| --- | --- | --- | --- | --- |"""
Line = tuple[str, str, str, str, str]


def section(done: Sequence[Mapping[str, Any]], judged: Path) -> str:
    """The table of the aims; `done` is the JSON of all rows and splits, `judged` the folder of what `judge` printed."""
    lines: list[Line] = []
    random = [each for each in done if each["split"] == RANDOM]
    if random:
        lines += _on_random(max(random, key=lambda each: float(each["test"]["accuracy"]["value"])))
    released = next((each for each in done if (each["row"], each["split"]) == (PRIMARY, GROUPED)), None)
    if released:
        lines += _on_grouped(released)
    path = judged / f"{PRIMARY}.json"
    if path.exists():
        lines += _novelty(json.loads(path.read_text(encoding="utf-8")))
    if not lines:
        return ""
    return "\n".join([_HEADER, *(f"| {' | '.join(line)} |" for line in lines)])


def _on_random(done: Mapping[str, Any]) -> list[Line]:
    test = done["test"]
    cost = test["cost"]["per_picture"] * _PUBLISHED_PICTURES
    return [
        (f"accuracy, `{RANDOM}`", "0.9961", "0.998", f"{test['accuracy']['value']:.4f}", done["row"]),
        (f"cost of {_PUBLISHED_PICTURES} pictures, `{RANDOM}`", "20", "10 or less", f"{cost:.0f}", done["row"]),
    ]


def _on_grouped(done: Mapping[str, Any]) -> list[Line]:
    test, sets = done["test"], done.get("prediction_sets")
    accuracy = "{value:.4f} ({low:.3f}–{high:.3f})".format(**test["accuracy"])
    error = f"{test['expected_calibration_error']:.3f}"
    swap = f"{done['controls']['background_swap']['follows_cells']:.1%}"
    lines: list[Line] = [
        ("accuracy, `grouped`", "–", "0.985", accuracy, PRIMARY),
        ("background swap: answer follows the cells", "–", "95 %", swap, PRIMARY),
        ("expected calibration error, `grouped`", "0.024, on other pictures", "0.02 or less", error, PRIMARY),
    ]
    if sets:
        lines += [
            ("coverage of 95 % sets, `grouped`", "–", "94 to 96 %", f"{sets['coverage']:.1%}", PRIMARY),
            ("mean size of these sets", "–", "1.1 or less", f"{sets['mean_size']:.3f}", PRIMARY),
        ]
    return lines


def _novelty(judged: Mapping[str, Any]) -> list[Line]:
    others = {name: found for name, found in judged.items() if isinstance(found, dict) and "novelty_auroc" in found}
    return [
        (f"AUROC of novelty, {name}", "0.990, on other pictures", "0.99", f"{found['novelty_auroc']:.5f}", PRIMARY)
        for name, found in others.items()
    ]
