import numpy as np
import pytest

from mlworker.calibration.thresholds import Thresholds
from mlworker.training.data.manifest import Entry
from mlworker.training.judge import assess

NAMES = ("Benign", "Early", "Pre", "Pro")
ENTRIES = [
    Entry(f"{label}{number}", label, cluster=f"{label}{number // 2}", near_dup_group="")
    for label in NAMES
    for number in range(8)
]


def _measure(probabilities):
    return assess.measure(
        probabilities,
        ENTRIES,
        class_names=NAMES,
        malignant_classes=NAMES[1:],
        thresholds=Thresholds(benign_below=0.4, leukemia_above=0.6),
    )


def _measure_some(probabilities, entries):
    return assess.measure(
        probabilities, entries, class_names=NAMES, malignant_classes=NAMES[1:], thresholds=Thresholds(0.4, 0.6)
    )


def test_a_perfect_model_measures_perfect():
    measured = _measure(np.repeat(np.eye(4), 8, axis=0))
    assert measured["accuracy"]["value"] == measured["auroc"]["value"] == measured["macro_f1"] == 1
    assert measured["macro_precision"] == measured["macro_recall"] == 1
    assert measured["cost"]["total"] == 0
    assert measured["verdicts"]["leukaemia"] == {"leukemia": 24, "uncertain": 0, "benign": 0}
    assert measured["verdicts"]["benign"] == {"leukemia": 0, "uncertain": 0, "benign": 8}
    assert (measured["pictures"], measured["clusters"]) == (32, 16)


def test_confusing_two_leukaemias_costs_accuracy_but_not_the_verdict():
    mixed = np.repeat(np.eye(4)[[0, 2, 1, 3]], 8, axis=0)
    measured = _measure(mixed)
    assert measured["accuracy"]["value"] == 0.5
    assert measured["leukaemia_accuracy"]["value"] == 1
    assert measured["confusion"][1] == [0, 0, 8, 0]


def test_a_model_that_cannot_tell_is_uncertain():
    measured = _measure(np.tile([0.5, 0.2, 0.2, 0.1], (32, 1)))
    assert measured["verdicts"]["leukaemia"] == {"leukemia": 0, "uncertain": 24, "benign": 0}


@pytest.mark.parametrize("kind", [slice(8), slice(8, 32)])
def test_leukaemia_alone_and_benign_alone_have_no_roc_curve(kind):
    measured = _measure_some(np.repeat(np.eye(4), 8, axis=0)[kind], ENTRIES[kind])
    assert measured["auroc"] is None
    assert measured["accuracy"]["value"] == measured["macro_f1"] == 1


def test_a_class_the_model_does_not_know_is_refused():
    with pytest.raises(ValueError, match=r"does not know: Pro\. It knows Benign, Early, Pre"):
        assess.measure(
            np.zeros((32, 3)),
            ENTRIES,
            class_names=NAMES[:3],
            malignant_classes=NAMES[1:3],
            thresholds=Thresholds(benign_below=0.4, leukemia_above=0.6),
        )
