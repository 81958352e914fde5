"""The aims of the models (`aims.toml`) beside the figures they reached, from the JSON of the rows and of `judge`."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mlworker.training.data.split import GROUPED
from mlworker.zoo.released import PRIMARY

RANDOM = "random-64-20-16"
_PUBLISHED_PICTURES = 518  # in the test part behind the published cost
_AIMS = tomllib.loads(Path(__file__).with_name("aims.toml").read_text(encoding="utf-8"))
_HEADER = """## Aims

The released model's row answers for the aims on `grouped`, the best row of the random split for those on it. No
publication gave more than one of these figures.

| what | published best | aim | reached | met | by |
| --- | --- | --- | --- | --- | --- |"""
Found = tuple[Mapping[str, Any], str, Mapping[str, Any]]  # an aim, the row that answers for it, its figures


def section(done: Sequence[Mapping[str, Any]], judged: Path) -> str:
    """The table of the aims; `done` is the JSON of all rows and splits, `judged` the folder of what `judge` wrote."""
    lines, missed = [], dict[str, str]()
    for aim, row, figures in _found(done, judged):
        is_met = aim.get("least", -math.inf) <= figures[aim["figure"]] <= aim.get("most", math.inf)
        what, met = aim["what"].format(**figures), "yes" if is_met else "**no**"
        reached = aim["reached"].format(**figures)
        lines.append(f"| {what} | {aim.get('published', '–')} | {aim['aim']} | {reached} | {met} | {row} |")
        if not is_met and "tried" in aim:
            missed.setdefault(aim["tried"], what)
    if not lines:
        return ""
    tried = [f"- {what}: tried was {text}" for text, what in missed.items()]
    return "\n".join([_HEADER, *lines, *(["", "Where an aim is not met:", "", *tried] if tried else [])])


def _found(done: Sequence[Mapping[str, Any]], judged: Path) -> Iterator[Found]:
    random = [each for each in done if each["split"] == RANDOM]
    if random:
        best = max(random, key=lambda each: float(each["test"]["accuracy"]["value"]))
        yield from ((aim, best["row"], _figures(best)) for aim in _AIMS["random"])
    for each in done:
        if (each["row"], each["split"]) == (PRIMARY, GROUPED):
            figures = _figures(each)
            yield from ((aim, PRIMARY, figures) for aim in _AIMS["released"] if aim["figure"] in figures)
    for path in sorted(judged.glob(f"{PRIMARY}*.json"), key=lambda found: (len(found.name), found.name)):
        novelty = _novelty(json.loads(path.read_text(encoding="utf-8")))
        yield from ((aim, PRIMARY, figures) for figures in novelty for aim in _AIMS["novelty"])


def _figures(done: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of a row by the names that the aims use; those of the sets only if it has any."""
    test = done["test"]
    return {
        **test,
        "accuracy_value": test["accuracy"]["value"],
        "calibration_error": test["expected_calibration_error"],
        "cost_of_518": test["cost"]["per_picture"] * _PUBLISHED_PICTURES,
        "swap": done["controls"]["background_swap"]["follows_cells"],
        **(done.get("prediction_sets") or {}),
    }


def _novelty(judged: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The figures of each set of other pictures, with the fold that was held out."""
    for name, found in judged.items():
        if isinstance(found, dict) and "novelty_auroc" in found:
            yield {
                "name": name,
                "fold": judged["split"].rpartition(", ")[2],
                "auroc": found["novelty_auroc"],
                "known": judged["held-out"]["pictures"],
                "pictures": found["pictures"],
            }
