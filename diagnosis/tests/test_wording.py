from __future__ import annotations

import pytest

from diagnosis.models import Specimen
from diagnosis.tests.factories import CLASS_NAMES
from diagnosis.wording import VERDICTS, label_words, novelty_words, sample_words, set_label, set_words
from mlworker.types import Verdict


def test_every_verdict_has_words():
    assert set(VERDICTS) == set(Verdict)


@pytest.mark.parametrize("label", [*CLASS_NAMES, "UNCERTAIN", "UNSUITABLE"])
def test_every_label_of_the_released_classes_has_words(label):
    assert label_words(label) != label


def test_a_class_of_another_model_keeps_its_name():
    assert label_words("T-cell") == "T-cell"


@pytest.mark.parametrize("specimen", Specimen)
def test_every_specimen_has_a_name_that_a_patient_knows(specimen):
    assert sample_words(specimen.label) != "sample"


@pytest.mark.parametrize(
    ("classes", "words"),
    [
        (["Early", "Pre"], "Early pre-B ALL · Pre-B ALL"),
        (["Unheard-of"], "Unheard-of"),
        ([], "no class is likely enough to be named"),
    ],
)
def test_a_prediction_set_is_put_into_words(classes, words):
    chosen = {"coverage": 0.95, "classes": classes}
    assert set_words(chosen) == words
    assert set_label(chosen) == "Cannot be ruled out at 95 % coverage"


@pytest.mark.parametrize(("score", "words"), [(0.3, "like the training"), (0.5, "unlike"), (0.75, "too far")])
def test_a_novelty_says_what_it_means(score, words):
    said = novelty_words({"score": score, "warning_above": 0.5, "unsuitable_above": 0.75})
    assert said.startswith(f"{score:.2f}: {words}")
