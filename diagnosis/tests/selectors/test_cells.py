from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from diagnosis import selectors
from diagnosis.tests.factories import AnalysisFactory, CellFactory, CellNamingFactory, PictureFactory, analysed_picture
from mlworker.cells.counting import FEW_CELLS, wilson


@pytest.fixture
def analysis(case, release):
    return analysed_picture(case).analyses.get()


def cells(analysis, **names):
    return [CellFactory(analysis=analysis, name=name) for name, number in names.items() for _ in range(number)]


def counts(analysis):
    return selectors.counts_of([analysis.pk])[analysis.pk]


def test_the_newest_name_of_a_doctor_counts_before_the_machine_s(analysis, doctor):
    first, _second = cells(analysis, blast=2)
    later = timezone.now() + timedelta(minutes=1)
    CellNamingFactory(cell=first, name="monocyte", made_by=doctor, made_at=later)
    CellNamingFactory(cell=first, name="lymphocyte", made_by=doctor)  # written later about an earlier moment
    assert [row.said for row in selectors.cells_of(analysis)] == ["monocyte", "blast"]
    found = counts(analysis)
    assert (found.machine.differential, found.doctor.differential) == ({"blast": 2}, {"blast": 1, "monocyte": 1})
    assert found.renamed == 1


def test_a_doctor_who_confirms_the_machine_renames_nothing(analysis, doctor):
    CellNamingFactory(cell=cells(analysis, blast=1)[0], name="blast", made_by=doctor)
    assert counts(analysis).renamed == 0


def test_the_share_has_its_interval_and_leaves_out_what_is_not_counted(analysis):
    cells(analysis, blast=1, neutrophil=3, unidentified=2, smudge=1)
    found = counts(analysis).machine
    assert (found.cells, found.counted, found.blast_share, found.interval) == (7, 4, 0.25, wilson(1, 4))


def test_the_lines_of_a_differential_stand_in_the_order_of_the_classes(analysis, doctor):
    renamed, *_others = cells(analysis, monocyte=2, blast=1)
    CellNamingFactory(cell=renamed, name="unidentified", made_by=doctor)
    lines = [(line.name, line.machine, line.doctor) for line in counts(analysis).lines]
    assert lines == [("blast", 1, 1), ("monocyte", 2, 1), ("unidentified", 0, 1)]


@pytest.mark.parametrize(("number", "is_few"), [(FEW_CELLS - 1, True), (FEW_CELLS, False)])
def test_fewer_than_a_hundred_counted_cells_are_few(number, is_few):
    assert selectors.Counts(by_doctor=Counter(blast=number, smudge=50)).is_few is is_few


def test_a_case_counts_the_newest_analysis_of_every_picture_that_is_not_removed(case, analysis, release, doctor):
    cells(analysis, blast=1)
    old = AnalysisFactory(picture=analysis.picture, of_field=True, requested_at=timezone.now() - timedelta(days=9))
    cells(old, monocyte=5)
    cells(analysed_picture(case).analyses.get(), lymphocyte=2)
    gone = {"removed_at": timezone.now(), "removed_by": doctor, "removal_reason": "Wrong tube"}
    cells(AnalysisFactory(picture=PictureFactory(case=case, **gone), succeeded=True), basophil=4)
    detail = selectors.case_detail(doctor, case.pk)
    assert detail.counts.machine.differential == {"blast": 1, "lymphocyte": 2}


def test_a_case_without_a_cell_has_no_count(case, analysis, doctor):
    assert selectors.case_detail(doctor, case.pk).counts is None
    assert selectors.picture_detail(doctor, analysis.picture_id).counts is None


def test_counting_asks_once_for_any_number_of_analyses(case, release, doctor, django_assert_num_queries):
    analyses = [analysed_picture(case).analyses.get() for _ in range(3)]
    for analysis in analyses:
        CellNamingFactory(cell=cells(analysis, blast=2)[0], made_by=doctor)
    with django_assert_num_queries(1):
        assert len(selectors.counts_of(analysis.pk for analysis in analyses)) == 3
    with django_assert_num_queries(1):
        assert len(selectors.cells_of(analyses[0])) == 2


@pytest.mark.parametrize(
    ("name", "kind"),
    [("promyelocyte", "blast"), ("monocyte", "other"), ("unidentified", "unidentified"), ("smudge", "left-out")],
)
def test_an_outline_is_coloured_by_what_its_cell_is_said_to_be(analysis, name, kind):
    CellFactory(analysis=analysis, name=name)
    (row,) = selectors.cells_of(analysis)
    assert (row.kind, row.points) == (kind, "0,5 19,5 19,24 0,24")
