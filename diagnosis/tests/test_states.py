import pytest
from django.core.management import CommandError, call_command

from diagnosis.states import (
    ANALYSIS_MOVES,
    CASE_MOVES,
    FINAL,
    UNFINISHED,
    AnalysisStatus,
    CaseStatus,
    IllegalMove,
    check_analysis_move,
    check_case_move,
)


def test_every_state_has_its_row():
    assert set(CASE_MOVES) == set(CaseStatus)
    assert set(ANALYSIS_MOVES) == set(AnalysisStatus)


def test_the_final_states_have_no_way_out():
    assert {"SUCCEEDED", "FAILED", "QUARANTINED", "CANCELLED"} == FINAL
    assert {AnalysisStatus.QUEUED, AnalysisStatus.RUNNING} == UNFINISHED


@pytest.mark.parametrize("before", AnalysisStatus)
@pytest.mark.parametrize("after", AnalysisStatus)
def test_an_analysis_moves_only_along_the_table(before, after):
    if after in ANALYSIS_MOVES[before]:
        check_analysis_move(before, after)
    else:
        with pytest.raises(IllegalMove, match=f"{before} cannot become {after}"):
            check_analysis_move(before, after)


def test_a_signed_case_is_not_opened_again():
    check_case_move(CaseStatus.OPEN, CaseStatus.SIGNED_OFF)
    with pytest.raises(IllegalMove, match=r"^A case that is SIGNED_OFF cannot become OPEN\.$"):
        check_case_move(CaseStatus.SIGNED_OFF, CaseStatus.OPEN)


def test_the_drawn_page_is_current():
    call_command("draw_states", "--check")


def test_a_page_out_of_date_is_noticed(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match="out of date"):
        call_command("draw_states", "--check")
    call_command("draw_states")
    call_command("draw_states", "--check")
