from __future__ import annotations

import pytest

from diagnosis.models import Specimen
from diagnosis.tests.factories import CLASS_NAMES
from diagnosis.wording import (
    DECIDED,
    VERDICTS,
    cell_words,
    label_words,
    novelty_words,
    sample_words,
    scale_words,
    set_label,
    set_words,
    share_words,
)
from mlworker.cells import classes
from mlworker.types import Verdict


def test_every_verdict_has_words():
    assert set(VERDICTS) == set(Verdict)


def test_a_verdict_of_doubt_is_not_decided():
    assert {Verdict.LEUKEMIA, Verdict.BENIGN} == DECIDED


@pytest.mark.parametrize("name", [*classes.table().names, classes.UNIDENTIFIED])
def test_every_class_of_cells_has_words(name):
    assert cell_words(name)[0].isupper()


@pytest.mark.parametrize(
    ("source", "size", "words"),
    [
        ("stated", 0.1, "0.10 µm a pixel, as stated"),
        ("stated", 0.073, "0.073 µm a pixel, as stated"),
        ("red_cells", 0.1, "0.10 µm a pixel, estimated from red cells (0.09 to 0.11, 80 % sure)"),
        ("nuclei", 0.1, "0.10 µm a pixel, guessed from the nuclei (0.09 to 0.11, 80 % sure)"),
        ("unknown", None, "cannot be told from this picture"),
    ],
)
def test_a_scale_says_where_it_is_from(source, size, words):
    found = {"um_per_pixel": size, "low": 0.09, "high": 0.11, "source": source, "confidence": 0.8}
    assert scale_words(found) == words


def test_a_share_says_its_interval_and_when_it_rests_on_few_cells():
    count = {"blast_share": 0.5, "interval": (0.4, 0.6), "counted": 100}
    assert share_words(count) == "50 % of 100 cells (40 to 60 %)"
    assert share_words({**count, "counted": 99}).endswith("Fewer than 100 cells: a rough share.")
    assert share_words({"blast_share": None, "interval": None, "counted": 0}) == "no cell that counts"


@pytest.mark.parametrize("label", [*CLASS_NAMES, "LEUKEMIA", "BENIGN", "UNCERTAIN", "UNSUITABLE"])
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
