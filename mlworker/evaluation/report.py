"""`report.md` of a model folder, made from its card and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_DASH = "–"
_MACRO = (("Macro precision", "macro_precision"), ("Macro recall", "macro_recall"), ("Macro F1", "macro_f1"))
_SWAP = "Cells on the background of another class: answer follows {}"
_FOLLOWED = (
    ("the cells", "follows_cells"),
    ("the background", "follows_background"),
    ("neither", "follows_neither"),
)


BY_SCORE = "By the score alone; where it is used, quality and novelty are asked first and hold an answer back."


def render(card: Mapping[str, Any]) -> str:
    """Markdown from the dictionary of a card whose `metrics` were made by `mlworker.training.judge.assess`."""
    measured = card["metrics"]
    sections = [
        f"# {card['name']} {card['version']}",
        card["intended_use"],
        _limits(card["limits"]),
        _across_folds(measured.get("across_folds"), card["split_name"]),
        _held_out(measured["test"], card["class_names"]),
        _prediction_sets(measured.get("prediction_sets")),
        _controls(measured["controls"], measured["test"]["accuracy"]["value"]),
        _binary_table("Drawn smears, seeds never trained on", measured["drawn"]),
        _elsewhere(measured["elsewhere"]),
        _making(card),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _limits(limits: Sequence[str]) -> str:
    return "\n".join(["## Limits", "", *(f"- {limit}" for limit in limits)])


def _across_folds(found: Mapping[str, Any] | None, split_name: str) -> str:
    """What the same training reached with every slide held out once; this model's own fold may be an easy one."""
    if found is None:
        return ""
    folds = ", ".join(f"{value:.1%}" for value in found["accuracy_by_fold"])
    rows = [
        ("Accuracy, four classes", _interval(found["accuracy"])),
        ("Accuracy of each fold", folds),
        ("Accuracy, leukaemia or benign", _interval(found["leukaemia_accuracy"])),
        ("AUROC, leukaemia against benign", _interval(found["auroc"], percent=False)),
        ("Expected calibration error", f"{found['expected_calibration_error']:.3f}"),
        (_SWAP.format("the cells"), f"{found['swap_follows_cells']:.1%}"),
        ("Accuracy with the cells painted over", f"{found['without_cells']:.1%}"),
    ]
    return "\n".join(
        [
            f"## Every cluster held out once: {found['pictures']} pictures of {found['clusters']} clusters",
            "",
            "The same training five times over, each with another fifth of the clusters held out and without drawn "
            f"smears. The figures of this one model, {split_name}, follow below; what is to be expected of it stands "
            "here.",
            "",
            "| measure | value (95 % interval) |",
            "| --- | --- |",
            *(f"| {name} | {value} |" for name, value in rows),
        ]
    )


def _held_out(test: Mapping[str, Any], class_names: Sequence[str]) -> str:
    heading = f"## Held-out clusters: {test['pictures']} pictures of {test['clusters']} clusters"
    return f"{heading}\n\n{measures(test, class_names)}"


def measures(test: Mapping[str, Any], class_names: Sequence[str]) -> str:
    """The tables of what `mlworker.training.judge.assess.measure` gave, in Markdown.

    Controls of the model itself stand beside its accuracy where `test` holds them. Macro precision and recall may be
    missing: older cards know macro F1 alone.
    """
    rows = [
        ("Accuracy, four classes", _interval(test["accuracy"])),
        *_own_controls(test.get("controls")),
        ("Accuracy, leukaemia or benign", _interval(test["leukaemia_accuracy"])),
        ("AUROC, leukaemia against benign", _interval(test["auroc"], percent=False)),
        *((name, _number(test[key])) for name, key in _MACRO if key in test),
        ("Expected calibration error", f"{test['expected_calibration_error']:.3f}"),
    ]
    if cost := test["cost"]:
        rows.append(("Cost of the mistakes, total and per picture", f"{cost['total']}; {cost['per_picture']:.2f}"))
        rows.append(("Cost-sensitive accuracy", f"{cost['sensitive_accuracy']:.1%}"))
    lines = ["| measure | value (95 % interval) |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows)]
    return "\n".join([*lines, "", *_by_class(test), "", *_confusion(test, class_names), "", *_verdicts(test)])


def _own_controls(controls: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """What the model says of the same pictures without their cells, and with another class's background."""
    if controls is None:
        return []
    swap = controls["background_swap"] or {}
    shares = [(what, swap.get(key)) for what, key in _FOLLOWED]
    return [
        ("Accuracy with the cells painted over", f"{controls['own_answer_without_cells']:.1%}"),
        *((_SWAP.format(what), _DASH if share is None else f"{share:.1%}") for what, share in shares),
    ]


def _interval(values: Mapping[str, float] | None, *, percent: bool = True) -> str:
    if values is None:
        return _DASH
    if percent:
        return f"{values['value']:.1%} ({values['low']:.1%} to {values['high']:.1%})"
    return f"{values['value']:.3f} ({values['low']:.3f} to {values['high']:.3f})"


def _by_class(test: Mapping[str, Any]) -> list[str]:
    rows = []
    for name, row in test["by_class"].items():
        numbers = [_number(row[measure]) for measure in ("precision", "recall", "f1")]
        rows.append(f"| {name} | {' | '.join(numbers)} | {row['pictures']} |")
    return ["| class | precision | recall | F1 | pictures |", "| --- | --- | --- | --- | --- |", *rows]


def _number(value: float | None) -> str:
    return _DASH if value is None else f"{value:.3f}"


def _confusion(test: Mapping[str, Any], class_names: Sequence[str]) -> list[str]:
    rows = [
        f"| {name} | {' | '.join(map(str, counts))} |"
        for name, counts in zip(class_names, test["confusion"], strict=True)
    ]
    header = f"| truth \\ answer | {' | '.join(class_names)} |"
    return [header, f"| {' | '.join(['---'] * (len(class_names) + 1))} |", *rows]


def _verdicts(test: Mapping[str, Any]) -> list[str]:
    return _verdict_table({f"{name} pictures": counts for name, counts in test["verdicts"].items()})


def _verdict_table(rows: Mapping[str, Mapping[str, int]]) -> list[str]:
    lines = [
        f"| {name} | {row['leukemia']} | {row['uncertain']} | {row['benign']} |"
        for name, row in rows.items()
        if sum(row.values())
    ]
    return ["| | says leukaemia | uncertain | says benign |", "| --- | --- | --- | --- |", *lines]


def _prediction_sets(sets: Mapping[str, Any] | None) -> str:
    if sets is None:
        return ""
    facts = [
        ("Stated coverage", f"{sets['stated']:.0%}"),
        (
            "Sets that hold the truth",
            f"{sets['coverage']:.1%}; each cluster counting the same {sets['cluster_coverage']:.1%}",
        ),
        ("Mean size", f"{sets['mean_size']:.2f}"),
        ("Empty; one class; several", f"{sets['empty']:.1%}; {sets['single']:.1%}; {sets['several']:.1%}"),
    ]
    return "\n".join(["## Prediction sets on the same pictures", "", *(f"- {name}: {value}" for name, value in facts)])


def _controls(controls: Mapping[str, float], own: float) -> str:
    rows = [f"| {name.replace('_', ' ')} | {value:.1%} |" for name, value in controls.items()]
    return "\n".join(
        [
            "## Controls that see no cell, same split",
            "",
            "| forest on | accuracy, four classes |",
            "| --- | --- |",
            *rows,
            f"| (this model) | {own:.1%} |",
        ]
    )


def _binary_table(heading: str, values: Mapping[str, Any]) -> str:
    rows = {f"{name} fields": counts for name, counts in values["verdicts"].items()}
    return "\n".join([f"## {heading}: {values['pictures']}", "", *_verdict_table(rows)])


def _elsewhere(sets: Mapping[str, Any]) -> str:
    if not sets:
        return ""
    rows = {
        f"{name}, {values['pictures']} benign pictures": values["verdicts"]["benign"] for name, values in sets.items()
    }
    heading = ["## Pictures from elsewhere, none trained on", "", BY_SCORE, ""]
    return "\n".join([*heading, *_verdict_table(rows)])


def _making(card: Mapping[str, Any]) -> str:
    weights = card["weights_sha256"] or "none"
    facts = [
        ("Training data", card["training_data"]),
        ("Its licence", card["training_data_licence"]),
        ("Mixed in", card["mixed_in"]),
        ("Split", f"{card['split_name']}, SHA-256 `{card['split_sha256']}`"),
        ("Preprocessing", f"`{card['recipe']}`, {card['input_width']}x{card['input_height']}"),
        ("Temperature", f"{card['temperature']:.3f}, fitted on the same pictures as the thresholds"),
        ("Thresholds", f"{card['thresholds']['benign_below']} and {card['thresholds']['leukemia_above']}"),
        ("Rule of the thresholds", card["threshold_rule"]),
        *_doubts(card),
        ("ONNX against Keras", f"{card['parity']:.1e} largest difference of probabilities on the validation part"),
        ("Trained at commit", card["training_commit"] or "unknown"),
        ("model.onnx", f"SHA-256 `{card['model_sha256']}`"),
        ("model.weights.h5", f"SHA-256 `{weights}`"),
        ("novelty.npz", f"SHA-256 `{card['novelty_sha256'] or 'none'}`"),
    ]
    return "\n".join(["## How it was made", "", *(f"- {name}: {value}" for name, value in facts)])


def _doubts(card: Mapping[str, Any]) -> list[tuple[str, str]]:
    """How prediction sets and novelty were fitted."""
    facts = []
    if rule := card["conformal"]:
        fitted = f"{rule['pictures']} pictures of {rule['clusters']} clusters outside the training"
        facts.append(
            ("Prediction sets", f"classes of probability {1 - rule['quantile']:.3f} or more, fitted on {fitted}")
        )
    if card["novelty"]:
        rule = card["novelty"]
        facts.append(
            ("Novelty", f"uncertain from {rule['warning_above']:.2f}, unsuitable from {rule['unsuitable_above']:.2f}")
        )
    return facts
