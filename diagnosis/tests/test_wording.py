from __future__ import annotations

import pytest

from diagnosis.factories import CLASS_NAMES
from diagnosis.models import Specimen
from diagnosis.wording import VERDICTS, label_words, sample_words
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
