"""What the models were to reach, and what they reached: from the JSON of the rows and of `judge`, nothing by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlworker.training.data.split import GROUPED
from mlworker.zoo.released import PRIMARY

RANDOM = "random-64-20-16"
_PUBLISHED_PICTURES = 518  # in the test part behind the published cost
_HEADER = """## Aims

Those on `grouped` are asked of the released model's row, the one on the random split of the row that is best there.
Whoever gave a published figure gave none of the others.

| what | published best | aim | reached | met | by |
| --- | --- | --- | --- | --- | --- |"""
# What was tried where an aim is not met, by what the aim is of.
_ON_RANDOM = (
    "maps of MobileNetV2 at several depths and of DenseNet-121, compared on the validation part of that split (0.983 "
    "to 0.989, decision 0018); DenseNet-121 as a whole, frozen; fine-tuning in stages on one grouped fold. One picture "
    "of 436 is 0.0023, so that only a test part without a single mistake is above 0.998."
)
_ON_COVERAGE = (
    "a rule fitted picture by picture, which held the truth on 93 % of held-out slides within the calibration folds, "
    "and the finite-sample form of the rule, which held it on 97 % (decision 0016). Where a model is right on more "
    "pictures than its sets are to cover, coverage comes down to the stated one only by empty sets."
)
_ON_NOVELTY = (
    "nothing after this was seen. What novelty is judged by was settled on with bccd and pbc-barcelona in view and "
    "another model (decision 0016). The slides of the hardest fold are themselves unlike the rest."
)


@dataclass(frozen=True, slots=True)
class Aim:
    """One line of the table. `tried` is said where the aim is not met."""

    what: str
    published: str
    aim: str
    reached: str
    is_met: bool
    by: str
    tried: str = ""

    def line(self) -> str:
        met = "yes" if self.is_met else "**no**"
        return f"| {self.what} | {self.published} | {self.aim} | {self.reached} | {met} | {self.by} |"


def section(done: Sequence[Mapping[str, Any]], judged: Path) -> str:
    """The table of the aims; `done` is the JSON of all rows and splits, `judged` the folder of what `judge` printed."""
    aims: list[Aim] = []
    random = [each for each in done if each["split"] == RANDOM]
    if random:
        aims += _on_random(max(random, key=lambda each: float(each["test"]["accuracy"]["value"])))
    released = next((each for each in done if (each["row"], each["split"]) == (PRIMARY, GROUPED)), None)
    if released:
        aims += _on_grouped(released)
    for path in sorted(judged.glob(f"{PRIMARY}*.json"), key=lambda found: (len(found.name), found.name)):
        aims += _novelty(json.loads(path.read_text(encoding="utf-8")))
    if not aims:
        return ""
    missed = {aim.tried: aim.what for aim in reversed(aims) if not aim.is_met and aim.tried}
    tried = [f"- {what}: tried was {text}" for text, what in reversed(missed.items())]
    return "\n".join(
        [_HEADER, *(aim.line() for aim in aims), *(["", "Where an aim is not met:", "", *tried] if tried else [])]
    )


def _on_random(done: Mapping[str, Any]) -> list[Aim]:
    test, by = done["test"], done["row"]
    accuracy, total, pictures = test["accuracy"]["value"], test["cost"]["total"], test["pictures"]
    cost = test["cost"]["per_picture"] * _PUBLISHED_PICTURES
    reached = f"{cost:.0f} ({total} on {pictures}, scaled)"
    return [
        Aim(f"accuracy, `{RANDOM}`", "0.9961", "0.998", f"{accuracy:.4f}", accuracy >= 0.998, by, _ON_RANDOM),
        Aim(
            f"cost of {_PUBLISHED_PICTURES} pictures, `{RANDOM}`",
            "20",
            "10 or less",
            reached,
            cost <= 10,
            by,
            _ON_RANDOM,
        ),
    ]


def _on_grouped(done: Mapping[str, Any]) -> list[Aim]:
    test, sets = done["test"], done.get("prediction_sets")
    accuracy = test["accuracy"]
    shown = "{value:.4f} ({low:.3f}–{high:.3f})".format(**accuracy)
    error = test["expected_calibration_error"]
    swap = done["controls"]["background_swap"]["follows_cells"]
    aims = [
        Aim("accuracy, `grouped`", "–", "0.985", shown, accuracy["value"] >= 0.985, PRIMARY),
        Aim("background swap: answer follows the cells", "–", "95 %", f"{swap:.1%}", swap >= 0.95, PRIMARY),
        Aim(
            "expected calibration error, `grouped`",
            "0.024, on other pictures",
            "0.02 or less",
            f"{error:.3f}",
            error <= 0.02,
            PRIMARY,
        ),
    ]
    if sets:
        coverage, size = sets["coverage"], sets["mean_size"]
        aims += [
            Aim(
                "coverage of 95 % sets, `grouped`",
                "–",
                "94 to 96 %",
                f"{coverage:.1%}",
                0.94 <= coverage <= 0.96,
                PRIMARY,
                _ON_COVERAGE,
            ),
            Aim("mean size of these sets", "–", "1.1 or less", f"{size:.3f}", size <= 1.1, PRIMARY),
        ]
    return aims


def _novelty(judged: Mapping[str, Any]) -> list[Aim]:
    """One line for each set of other pictures, with the fold that was held out."""
    known, fold = judged["held-out"]["pictures"], judged["split"].rpartition(", ")[2]
    return [
        Aim(
            f"AUROC of novelty, {name}, {fold} held out",
            "0.990, on other pictures",
            "0.99",
            f"{found['novelty_auroc']:.5f} ({known} against {found['pictures']})",
            found["novelty_auroc"] >= 0.99,
            PRIMARY,
            _ON_NOVELTY,
        )
        for name, found in judged.items()
        if isinstance(found, dict) and "novelty_auroc" in found
    ]
