import subprocess
import sys

import pytest

from mlworker.cells import classes, counting


def test_wilson_gives_the_published_interval():
    assert counting.wilson(0, 10) == pytest.approx((0, 0.2775), abs=1e-4)
    assert counting.wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)  # Newcombe 1998, table I
    with pytest.raises(ValueError, match="at least one cell"):
        counting.wilson(0, 0)


def test_what_is_no_counted_cell_is_listed_and_in_no_share():
    found = counting.count({"smudge": 50, "unidentified": 9, "blast": 1, "promyelocyte": 1, "lymphocyte": 2})
    assert (found.cells, found.counted, found.blast_share) == (63, 4, 0.5)
    assert found.interval == counting.wilson(2, 4)
    assert found.differential == {"blast": 1, "promyelocyte": 1, "lymphocyte": 2, "smudge": 50, "unidentified": 9}


def test_the_differential_is_in_the_order_of_the_classes_and_without_noughts():
    found = counting.count({"unidentified": 1, "lymphocyte": 0, "monocyte": 3, "blast": 2})
    assert list(found.differential) == ["blast", "monocyte", "unidentified"]
    assert set(counting.NOT_COUNTED) < set(classes.table().names)


def test_without_a_counted_cell_there_is_no_share():
    found = counting.count({"smudge": 3, "unidentified": 2}, score=0.4)
    assert (found.cells, found.counted, found.blast_share, found.interval, found.score) == (5, 0, None, None, 0.4)


def test_counting_loads_no_array_library():
    code = "import sys, mlworker.cells.counting; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
