import pytest

from mlworker.inference.field import FieldAnswer
from mlworker.training.judge import assess
from mlworker.types import Classification, Novelty, Verdict

NAMES = ["Benign", "Early", "Pre", "Pro"]


def result(chosen, novelty=0.2, verdict=Verdict.LEUKEMIA):
    classification = Classification(verdict, 0.9, dict.fromkeys(NAMES, 0.25), "Pre", chosen)
    return FieldAnswer(
        classification=None if verdict is Verdict.UNSUITABLE else classification,
        novelty=None if novelty is None else Novelty(novelty, 0.5, 0.75),
        notes=(),
        heat=None,
    )


def test_coverage_counts_the_pictures_that_were_answered():
    results = [
        result(("Pre",)),
        result(("Early", "Pre")),
        result(("Pro",)),
        result(None, novelty=0.9, verdict=Verdict.UNSUITABLE),
    ]
    found = assess.doubts(results, ["Pre", "Early", "Pre", "Pre"], ["1", "1", "2", "2"], NAMES)
    assert (found["pictures"], found["answered"], found["warned"]) == (4, 3, 0.25)
    assert found["verdicts"] == {"leukemia": 3, "benign": 0, "uncertain": 0, "unsuitable": 1}
    assert found["prediction_sets"]["coverage"] == pytest.approx(2 / 3)
    assert found["prediction_sets"]["mean_size"] == pytest.approx(4 / 3)
    assert found["prediction_sets"]["cluster_coverage"] == 0.5


def test_a_model_without_sets_has_no_coverage():
    assert assess.doubts([result(None)], ["Pre"], ["1"], NAMES)["prediction_sets"] is None


def test_novelty_is_judged_against_the_held_out_pictures():
    known = [result(("Pre",), novelty=score) for score in (0.1, 0.2, 0.3)]
    new = [result(("Pre",), novelty=score) for score in (0.25, 0.9, 1.0)]
    assert assess.novelty_auroc(known, new) == pytest.approx(8 / 9)
