"""The table of aims, from JSON that is written down here."""

import json

import pytest

from mlworker.training.bench import aims
from mlworker.zoo.released import PRIMARY


def done(row, split, accuracy, *, cost=0.01):
    return {
        "row": row,
        "split": split,
        "test": {
            "accuracy": {"value": accuracy, "low": accuracy - 0.02, "high": accuracy + 0.01},
            "expected_calibration_error": 0.0123,
            "cost": {"per_picture": cost},
        },
        "controls": {"background_swap": {"follows_cells": 0.9512}},
        "prediction_sets": {"coverage": 0.957, "mean_size": 1.01},
    }


@pytest.fixture
def judged(tmp_path):
    text = {"model": PRIMARY, "held-out": {"pictures": 4}, "elsewhere": {"novelty_auroc": 0.9876}}
    (tmp_path / f"{PRIMARY}.json").write_text(json.dumps(text))
    return tmp_path


def test_the_best_row_answers_for_the_random_split(tmp_path):
    text = aims.section([done("a", aims.RANDOM, 0.9), done("b", aims.RANDOM, 0.99)], tmp_path)
    assert "| 0.998 | 0.9900 | b |" in text
    assert "| 10 or less | 5 | b |" in text


def test_the_released_row_answers_for_the_held_out_clusters_even_if_another_is_better(judged):
    text = aims.section([done("a", "grouped", 0.99), done(PRIMARY, "grouped", 0.97)], judged)
    assert f"| 0.985 | 0.9700 (0.950–0.980) | {PRIMARY} |" in text
    assert "| 95 % | 95.1% |" in text
    assert "| 94 to 96 % | 95.7% |" in text
    assert "| AUROC of novelty, elsewhere | 0.990, on other pictures | 0.99 | 0.98760 |" in text


def test_there_is_no_table_before_there_is_a_figure(tmp_path):
    assert aims.section([], tmp_path) == ""
