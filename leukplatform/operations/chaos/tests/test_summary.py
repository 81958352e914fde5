import json

from leukplatform.operations.chaos import summary

CLEAN = {
    "run": 1,
    "services": "embedded",
    "faults": ["kill -9 web"],
    "submissions": 3,
    "ended": {"SUCCEEDED": 2, "CANCELLED": 1},
    "taken_over": 1,
    "lost": [],
    "double": [],
    "stuck": [],
    "left_behind": [],
    "audit": [],
    "letters_again": 0,
    "recovery_seconds": 2.0,
}


def test_things_are_counted_over_all_runs():
    bad = {**CLEAN, "lost": ["a", "b"], "stuck": ["c"], "recovery_seconds": 9.0, "services": "postgres"}
    found = summary.summarise([CLEAN, bad, CLEAN])
    assert (found["runs"], found["submissions"], found["ended"]) == (3, 9, {"SUCCEEDED": 6, "CANCELLED": 3})
    assert (found["lost"], found["double"], found["stuck"]) == (2, 0, 1)
    assert found["recovery_seconds"] == {"p50": 2.0, "max": 9.0}
    assert found["services"] == {"embedded": 2, "postgres": 1}


def test_a_series_without_runs_has_no_figures():
    assert summary.summarise([])["recovery_seconds"] == {"p50": None, "max": None}


def test_summary_lines_are_not_counted_as_runs(tmp_path):
    file = tmp_path / "lines.jsonl"
    file.write_text(f"{json.dumps(CLEAN)}\n{json.dumps(summary.summarise([CLEAN]))}\n")
    assert summary.read(file, file) == [CLEAN, CLEAN]
