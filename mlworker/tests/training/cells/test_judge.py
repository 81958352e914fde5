import numpy as np
import pytest

from mlworker.cells import classes
from mlworker.tests import needs
from mlworker.training.cells import judge

needs.training("sklearn")

NAMES = classes.table().names
RNG = np.random.default_rng(1)


def answers(names, *, sureness=4.0, wrong=()):
    truth = np.array([NAMES.index(name) for name in names])
    logits = RNG.normal(0, 0.1, (len(names), len(NAMES))).astype(np.float32)
    said = truth.copy()
    said[list(wrong)] = (said[list(wrong)] + 11) % len(NAMES)
    logits[np.arange(len(names)), said] += sureness
    return judge.Answers(logits, truth, np.array([f"p{n % 7}" for n in range(len(names))]))


def test_blasts_told_from_the_rest_without_cells_of_neither_side():
    found = judge.blast_auroc(answers(["blast", "promyelocyte", "lymphocyte", "smudge", "immature_granulocyte"] * 20))
    assert (found["value"], found["low"], found["high"]) == (1, 1, 1)
    assert (found["blasts"], found["others"], found["groups"]) == (40, 20, 7)


def test_f1_is_that_of_the_named_classes():
    names = ["blast", "lymphocyte", "monocyte", "neutrophil"] * 25
    found = judge.macro_f1(answers(names, wrong=range(0, 100, 20)), ("blast", "lymphocyte", "monocyte", "neutrophil"))
    assert found["classes"]["lymphocyte"] == {"f1": 1.0, "cells": 25}
    assert found["classes"]["blast"]["f1"] == pytest.approx(2 * 20 / (25 + 20))
    assert found["low"] < found["value"] < 1


def test_a_rule_decides_what_it_can_and_its_errors_are_counted():
    names = ["blast", "lymphocyte", "monocyte", "neutrophil", "eosinophil"] * 40
    rule, temperature = judge.fit_rule(answers(names, wrong=range(0, 200, 50)))
    found = judge.decided(answers(names), rule, temperature)
    assert found["blast"]["wrong"] == 0
    assert found["class"]["decided"] > 0.9


def test_no_threshold_that_errs_less_than_allowed_decides_nothing():
    assert judge._threshold(np.array([0.9, 0.8]), np.array([False, False])) > 1


def test_an_embedding_that_holds_the_source_gives_it_away():
    source = np.array(["a", "b"] * 60)
    telling = np.where(source == "a", 1.0, -1.0)[:, None] + RNG.normal(0, 0.1, (120, 3))
    silent = RNG.normal(0, 1, (120, 3))
    assert judge.source_from_embedding((telling, source), (telling, source))["accuracy"] > 0.95
    assert judge.source_from_embedding((silent[:60], source[:60]), (silent[60:], source[60:]))["accuracy"] < 0.7
