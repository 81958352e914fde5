from dataclasses import replace

import pytest

from mlworker.inference import case
from mlworker.types import QualityNote, Severity, Verdict


def result(analysed, names, *, codes=(), is_usable=True):
    """The analysis of a picture with cells of these names, and notes of these codes."""
    cell = analysed.cells[0]
    cells = tuple(replace(cell, name=name, blast_score=float(name == "blast"), signature=(0.1, 0.2)) for name in names)
    notes = tuple(QualityNote(code, Severity.WARNING, "", "") for code in codes)
    return replace(analysed, cells=cells, quality=replace(analysed.quality, is_usable=is_usable, notes=notes))


@pytest.fixture
def judge(analysed, every_cell_is_a):
    every_cell_is_a("blast")  # gives the rule; no picture is read here
    return lambda *pictures: case.judge([result(analysed, *names, **more) for names, more in pictures])


def _codes(answer):
    return [note.code for note in answer.notes]


def test_the_cells_of_all_pictures_are_counted_together(judge):
    found = judge(([["blast"] * 30], {}), ([["lymphocyte"] * 70], {}))
    assert (found.verdict, found.count.cells, found.count.blast_share) == (Verdict.LEUKEMIA, 100, 0.3)
    assert found.count.differential == {"blast": 30, "lymphocyte": 70}
    assert _codes(found) == []
    assert found.apl_score == pytest.approx(0.0067, abs=1e-4)


def test_few_cells_are_said_to_be_few(judge):
    found = judge(([["lymphocyte"] * 9], {}))
    assert found.verdict is Verdict.BENIGN
    assert _codes(found) == ["FEW_CELLS", "APL_NOT_ASSESSED"]
    assert found.apl_score is None


@pytest.mark.parametrize(("name", "is_told"), [("blast", True), ("lymphocyte", False)])
def test_a_suspicion_of_apl_is_said_first_unless_the_case_is_benign(judge, every_cell_is_a, name, is_told):
    every_cell_is_a("blast", apl=5.0)
    found = judge(([[name] * 120], {}))
    assert found.apl_score > 0.9
    assert _codes(found) == ["APL_SUSPECTED"] * is_told


def test_cells_of_a_refused_picture_do_not_count(judge):
    found = judge(([["lymphocyte"] * 9], {}), ([["blast"] * 50], {"is_usable": False}))
    assert (found.verdict, found.count.cells) == (Verdict.BENIGN, 9)


@pytest.mark.parametrize("pictures", [(), (([["blast"]], {"is_usable": False}),)])
def test_without_a_usable_picture_a_case_is_unsuitable(judge, pictures):
    found = judge(*pictures)
    assert (found.verdict, found.count.cells) == (Verdict.UNSUITABLE, 0)
    assert "NO_CELLS" in _codes(found)


def test_a_case_of_smudges_alone_is_not_decided(judge):
    found = judge(([["smudge"] * 9], {}))
    assert (found.verdict, found.count.blast_share) == (Verdict.UNCERTAIN, None)
    assert "NO_CELLS" in _codes(found)


@pytest.mark.parametrize(("depending", "verdict"), [(1, Verdict.LEUKEMIA), (2, Verdict.UNCERTAIN)])
def test_a_case_is_not_decided_if_most_pictures_depend_on_their_scale(judge, depending, verdict):
    codes = [("SCALE_DEPENDENT",)] * depending + [()] * (3 - depending)
    found = judge(*(([["blast"] * 40], {"codes": told}) for told in codes))
    assert (found.verdict, found.count.cells) == (verdict, 120)
    assert ("SCALE_DEPENDENT" in _codes(found)) is (verdict is Verdict.UNCERTAIN)


def test_every_note_of_a_case_has_a_message_and_an_advice(judge):
    for note in judge(([["unidentified"] * 9 + ["blast"]], {"codes": ("SCALE_DEPENDENT",)})).notes:
        assert note.message
        assert note.advice
