import json

import pytest

from mlworker.evaluation import report
from mlworker.zoo import released


@pytest.fixture
def card():
    return json.loads((released.folder(released.PRIMARY) / "card.json").read_text())


def test_a_card_with_only_macro_f1_is_reported(card):
    test = card["metrics"]["test"]
    for name in ("macro_precision", "macro_recall"):
        test.pop(name, None)
    text = report.render(card)
    assert f"| Macro F1 | {test['macro_f1']:.3f} |" in text
    assert "Macro precision" not in text
    assert f"| Cost-sensitive accuracy | {test['cost']['sensitive_accuracy']:.1%} |" in text


def test_macro_precision_and_recall_are_reported_if_known(card):
    test = {**card["metrics"]["test"], "macro_precision": 0.125, "macro_recall": 0.25}
    text = report.measures(test, card["class_names"])
    assert "| Macro precision | 0.125 |\n| Macro recall | 0.250 |\n| Macro F1 |" in text


def test_a_figure_that_cannot_be_measured_is_a_dash(card):
    controls = {"own_answer_without_cells": 0.5, "background_swap": None}
    text = report.measures({**card["metrics"]["test"], "auroc": None, "controls": controls}, card["class_names"])
    assert "| AUROC, leukaemia against benign | – |" in text
    assert "answer follows the background | – |" in text
