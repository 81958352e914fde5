"""Folds put together, with answers that are written down here."""

from dataclasses import replace

import numpy as np
import pytest

from mlworker.training.compare import summary
from mlworker.training.compare.summary import Outcome
from mlworker.training.fit.fitted import Cost

FOLDS = 2
CLUSTERS = 25
PER_CLUSTER = 4
SURE, WRONG = 9.0, -9.0


class Pictures:
    """A stock with what sets ask for alone: labels, and 25 slides of four pictures each, one of each class."""

    labels = np.tile(np.arange(4), CLUSTERS)
    clusters = np.repeat([f"slide {number}" for number in range(CLUSTERS)], PER_CLUSTER)


def answers(places, *, wrong_slides=0):
    """Sure of the truth, but for the first slides, on which the truth is ruled out."""
    logits = SURE * np.eye(4, dtype=np.float32)[Pictures.labels[places]]
    logits[places < wrong_slides * PER_CLUSTER] *= WRONG / SURE
    return logits


@pytest.fixture
def outcomes():
    def of(fold, **choice):
        test = np.flatnonzero(np.arange(CLUSTERS * PER_CLUSTER) % FOLDS == fold)
        others = np.arange(CLUSTERS * PER_CLUSTER)
        return Outcome(
            validation=others,
            validation_logits=answers(others),
            test=test,
            test_logits=answers(test),
            empty_logits=answers(test),
            swap_logits=answers(test),
            temperature=1.0,
            split_name="grouped",
            split_sha256="",
            cost=Cost(parameters=1, file_bytes=1, milliseconds=1.0),
            history=((1.0, 1.0),),
            best_epoch=1,
            held_out=others,
            held_out_logits=answers(others, **choice),
        )

    return lambda **choice: {fold: of(fold, **choice) for fold in range(FOLDS)}


def test_sets_are_of_one_class_where_the_held_out_answers_were_right(outcomes):
    sets = summary.prediction_sets(outcomes(wrong_slides=1), range(FOLDS), Pictures)
    assert (sets["stated"], sets["coverage"], sets["mean_size"], sets["pictures"]) == (0.95, 1.0, 1.0, 100)


def test_sets_are_of_all_classes_where_every_tenth_slide_was_wrong(outcomes):
    sets = summary.prediction_sets(outcomes(wrong_slides=3), range(FOLDS), Pictures)
    assert (sets["coverage"], sets["mean_size"]) == (1.0, 4.0)


def test_there_are_no_sets_without_held_out_answers_or_with_few_slides(outcomes):
    found = outcomes()
    bare = {fold: replace(each, held_out=None, held_out_logits=None) for fold, each in found.items()}
    assert summary.prediction_sets(bare, range(FOLDS), Pictures) is None
    few = {
        fold: replace(each, held_out=each.held_out[:40], held_out_logits=each.held_out_logits[:40])
        for fold, each in found.items()
    }
    assert summary.prediction_sets(few, range(FOLDS), Pictures) is None


def test_held_out_answers_are_kept_with_the_rest(outcomes, tmp_path):
    kept = outcomes()[0]
    kept.write(tmp_path / "run")
    again = summary.read(tmp_path / "run")
    np.testing.assert_array_equal(again.held_out_logits, kept.held_out_logits)
    replace(kept, held_out=None, held_out_logits=None).write(tmp_path / "bare")
    assert summary.read(tmp_path / "bare").held_out is None
