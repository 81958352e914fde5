"""`report.md` of a model folder, made from its card alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_DASH = "–"
_MACRO = (("Macro precision", "macro_precision"), ("Macro recall", "macro_recall"), ("Macro F1", "macro_f1"))
_SWAP = "Cells on the background of another class: answer follows {}"
_FOLLOWED = (("the cells", "follows_cells"), ("the background", "follows_background"), ("neither", "follows_neither"))
_MEASURE_COLUMNS = ("measure", "value (95 % interval)")

BY_SCORE = "By the score alone; in use, quality and novelty are checked first and hold an answer back."


def render(card: Mapping[str, Any]) -> str:
    """Markdown from the dictionary of a card whose `metrics` were made by `mlworker.training.judge.assess`."""
    measured, test = card["metrics"], card["metrics"]["test"]
    held_out = f"Held-out clusters: {test['pictures']} pictures of {test['clusters']} clusters"
    sections = [
        f"# {card['name']} {card['version']}",
        card["intended_use"],
        _section("Limits", _bullets(card["limits"])),
        _across_folds(measured.get("across_folds"), card["split_name"]),
        _section(held_out, measures(test, card["class_names"])),
        _prediction_sets(measured.get("prediction_sets")),
        _controls(measured["controls"], test["accuracy"]["value"]),
        _drawn(measured["drawn"]),
        _elsewhere(measured["elsewhere"]),
        _section("How it was made", _facts(_making(card))),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def measures(test: Mapping[str, Any], class_names: Sequence[str]) -> str:
    """The tables of the result of `mlworker.training.judge.assess.measure`, in Markdown.

    If `test` holds controls of the model itself, they follow its accuracy. Macro precision and recall may be missing:
    older cards have only macro F1.
    """
    rows = [
        ("Accuracy, four classes", _interval(test["accuracy"])),
        *_own_controls(test.get("controls")),
        ("Accuracy, leukaemia or benign", _interval(test["leukaemia_accuracy"])),
        ("AUROC, leukaemia against benign", _interval(test["auroc"], percent=False)),
        *((name, _number(test[key])) for name, key in _MACRO if key in test),
        ("Expected calibration error", _number(test["expected_calibration_error"])),
    ]
    if cost := test["cost"]:
        rows.append(("Cost of the mistakes, total and per picture", f"{cost['total']}; {cost['per_picture']:.2f}"))
        rows.append(("Cost-sensitive accuracy", f"{cost['sensitive_accuracy']:.1%}"))
    by_class = [
        (name, *(_number(row[measure]) for measure in ("precision", "recall", "f1")), row["pictures"])
        for name, row in test["by_class"].items()
    ]
    confusion = [(name, *counts) for name, counts in zip(class_names, test["confusion"], strict=True)]
    tables = (
        table(_MEASURE_COLUMNS, rows),
        table(("class", "precision", "recall", "F1", "pictures"), by_class),
        table(("truth \\ answer", *class_names), confusion),
        _verdicts({f"{name} pictures": counts for name, counts in test["verdicts"].items()}),
    )
    return "\n\n".join(tables)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def _across_folds(found: Mapping[str, Any] | None, split_name: str) -> str:
    """The results of the same training with every slide held out once; the fold of this model may be an easy one."""
    if found is None:
        return ""
    rows = [
        ("Accuracy, four classes", _interval(found["accuracy"])),
        ("Accuracy of each fold", ", ".join(f"{value:.1%}" for value in found["accuracy_by_fold"])),
        ("Accuracy, leukaemia or benign", _interval(found["leukaemia_accuracy"])),
        ("AUROC, leukaemia against benign", _interval(found["auroc"], percent=False)),
        ("Expected calibration error", _number(found["expected_calibration_error"])),
        (_SWAP.format("the cells"), f"{found['swap_follows_cells']:.1%}"),
        ("Accuracy with the cells painted over", f"{found['without_cells']:.1%}"),
    ]
    text = (
        "The same training five times, each time with another fifth of the clusters held out and without drawn smears. "
        f"These figures say what to expect; the figures of this one model, {split_name}, follow below."
    )
    heading = f"Every cluster held out once: {found['pictures']} pictures of {found['clusters']} clusters"
    return _section(heading, text, table(_MEASURE_COLUMNS, rows))


def _own_controls(controls: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """The model's answers to the same pictures without their cells, and with the background of another class."""
    if controls is None:
        return []
    swap = controls["background_swap"] or {}
    shares = [(what, swap.get(key)) for what, key in _FOLLOWED]
    return [
        ("Accuracy with the cells painted over", f"{controls['own_answer_without_cells']:.1%}"),
        *((_SWAP.format(what), _DASH if share is None else f"{share:.1%}") for what, share in shares),
    ]


def _prediction_sets(sets: Mapping[str, Any] | None) -> str:
    if sets is None:
        return ""
    facts = [
        ("Stated coverage", f"{sets['stated']:.0%}"),
        (
            "Sets that hold the truth",
            f"{sets['coverage']:.1%}; with equal weight for each cluster {sets['cluster_coverage']:.1%}",
        ),
        ("Mean size", f"{sets['mean_size']:.2f}"),
        ("Empty; one class; several", f"{sets['empty']:.1%}; {sets['single']:.1%}; {sets['several']:.1%}"),
    ]
    return _section("Prediction sets on the same pictures", _facts(facts))


def _controls(controls: Mapping[str, float], own: float) -> str:
    rows = [(name.replace("_", " "), f"{value:.1%}") for name, value in controls.items()]
    compared = table(("forest on", "accuracy, four classes"), [*rows, ("(this model)", f"{own:.1%}")])
    return _section("Controls that see no cell, same split", compared)


def _drawn(values: Mapping[str, Any]) -> str:
    rows = {f"{name} fields": counts for name, counts in values["verdicts"].items()}
    return _section(f"Drawn smears, seeds never trained on: {values['pictures']}", _verdicts(rows))


def _elsewhere(sets: Mapping[str, Any]) -> str:
    if not sets:
        return ""
    rows = {
        f"{name}, {values['pictures']} benign pictures": values["verdicts"]["benign"] for name, values in sets.items()
    }
    return _section("Pictures from elsewhere, none trained on", BY_SCORE, _verdicts(rows))


def _making(card: Mapping[str, Any]) -> list[tuple[str, str]]:
    facts = [
        ("Training data", card["training_data"]),
        ("Its licence", card["training_data_licence"]),
        ("Mixed in", card["mixed_in"]),
        ("Split", f"{card['split_name']}, SHA-256 `{card['split_sha256']}`"),
        ("Preprocessing", f"`{card['recipe']}`, {card['input_width']}x{card['input_height']}"),
        ("Temperature", f"{card['temperature']:.3f}, fitted on the same pictures as the thresholds"),
        ("Thresholds", f"{card['thresholds']['benign_below']} and {card['thresholds']['leukemia_above']}"),
        ("Rule of the thresholds", card["threshold_rule"]),
    ]
    if rule := card["conformal"]:
        fitted = f"{rule['pictures']} pictures of {rule['clusters']} clusters outside the training"
        limit = 1 - rule["quantile"]
        facts.append(("Prediction sets", f"classes of probability {limit:.3f} or more, fitted on {fitted}"))
    if rule := card["novelty"]:
        limits = f"uncertain from {rule['warning_above']:.2f}, unsuitable from {rule['unsuitable_above']:.2f}"
        facts.append(("Novelty", limits))
    parity = "largest difference of probabilities on the validation part"
    return [
        *facts,
        ("ONNX against Keras", f"{card['parity']:.1e} {parity}"),
        ("Trained at commit", card["training_commit"] or "unknown"),
        ("model.onnx", f"SHA-256 `{card['model_sha256']}`"),
        ("model.weights.h5", f"SHA-256 `{card['weights_sha256'] or 'none'}`"),
        ("novelty.npz", f"SHA-256 `{card['novelty_sha256'] or 'none'}`"),
    ]


def _verdicts(rows: Mapping[str, Mapping[str, int]]) -> str:
    counts = [
        (name, row["leukemia"], row["uncertain"], row["benign"]) for name, row in rows.items() if any(row.values())
    ]
    return table(("", "says leukaemia", "uncertain", "says benign"), counts)


def _interval(values: Mapping[str, float] | None, *, percent: bool = True) -> str:
    if values is None:
        return _DASH
    value, low, high = (format(values[name], ".1%" if percent else ".3f") for name in ("value", "low", "high"))
    return f"{value} ({low} to {high})"


def _number(value: float | None) -> str:
    return _DASH if value is None else f"{value:.3f}"


def _section(heading: str, *parts: str) -> str:
    return "\n\n".join([f"## {heading}", *parts])


def _facts(facts: Iterable[tuple[str, str]]) -> str:
    return _bullets(f"{name}: {value}" for name, value in facts)


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
