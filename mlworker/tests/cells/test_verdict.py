import numpy as np
import pytest

from mlworker.cells import classes, verdict
from mlworker.types import Verdict

RULE = verdict.Rule(confidence=0.6, blast=0.8, not_blast=0.2)
NAMES = classes.table().names


def answer(**shares):
    row = np.full(len(NAMES), (1 - sum(shares.values())) / len(NAMES))
    for name, share in shares.items():
        row[NAMES.index(name)] += share
    return row


def test_an_unsure_cell_is_unidentified_and_never_its_nearest_class():
    rows = np.stack([answer(monocyte=0.9), answer(monocyte=0.3, blast=0.25), answer(monocyte=0.62, blast=0.3)])
    assert verdict.name_cells(rows, RULE) == ["monocyte", "unidentified", "unidentified"]


def test_blast_and_promyelocyte_are_sure_together():
    assert verdict.name_cells(answer(blast=0.5, promyelocyte=0.42)[None], RULE) == ["blast"]


def judged(names):
    """The verdict of cells whose blast score is 1 for a blast, else 0."""
    return verdict.judge(names, [float(name == "blast") for name in names], RULE)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["blast"], Verdict.LEUKEMIA),
        (["lymphocyte"], Verdict.BENIGN),
        (["blast"] * 60 + ["lymphocyte"] * 60, Verdict.LEUKEMIA),
        (["blast"] * 10 + ["neutrophil"] * 90, Verdict.UNCERTAIN),
        (["blast"] * 2 + ["neutrophil"] * 98, Verdict.BENIGN),
        (["unidentified"] * 9 + ["blast"] * 3, Verdict.UNCERTAIN),
    ],
)
def test_a_case_follows_the_rule_of_its_cells(names, expected):
    assert judged(names).verdict is expected


def test_smudges_and_platelets_do_not_count_but_are_listed():
    found = judged(["smudge"] * 50 + ["platelet"] * 9 + ["blast", "lymphocyte"])
    assert (found.count.cells, found.count.counted, found.count.blast_share) == (61, 2, 0.5)
    assert found.count.differential == {"blast": 1, "lymphocyte": 1, "smudge": 50, "platelet": 9}
    assert found.notes == ("FEW_CELLS",)


def test_a_case_without_a_counted_cell_has_no_share():
    found = judged(["smudge", "unidentified"])
    assert (found.verdict, found.count.blast_share, found.count.interval) == (Verdict.UNCERTAIN, None, None)
    assert found.notes == ("NO_CELLS",)


def test_the_score_is_the_mean_of_the_cells_that_count_the_unidentified_among_them():
    found = verdict.counted(["blast", "lymphocyte", "unidentified", "smudge"], [1.0, 0.0, 0.5, 0.9])
    assert found.score == pytest.approx(0.5)
    assert verdict.counted(["smudge"], [0.9]).score is None


def test_a_case_of_mostly_unidentified_cells_is_not_decided():
    found = judged(["unidentified"] * 9 + ["blast"] * 3)
    assert (found.verdict, found.notes) == (Verdict.UNCERTAIN, ("FEW_CELLS", "MANY_UNIDENTIFIED"))


def test_a_hundred_counted_cells_are_not_few():
    assert judged(["blast"] * 100).notes == ()
    assert judged(["blast"] * 99 + ["smudge"]).notes == ("FEW_CELLS",)


def test_a_verdict_that_does_not_hold_across_the_scale_is_not_given():
    benign, leukaemia = judged(["lymphocyte"]), judged(["blast"])
    assert verdict.across_scales([leukaemia] * 3) is leukaemia
    found = verdict.across_scales([benign, leukaemia, leukaemia])
    assert found.verdict is Verdict.UNCERTAIN
    assert "SCALE_DEPENDENT" in found.notes
    with pytest.raises(ValueError, match="odd number"):
        verdict.across_scales([benign, benign])
