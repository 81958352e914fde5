"""The card of the cell reader."""

from pathlib import Path

from mlworker.tests import needs

ROOT = Path(__file__).resolve().parents[4]


def test_the_committed_card_is_what_the_committed_figures_give():
    needs.training("sklearn")
    from mlworker.training.cells import card

    assert (ROOT / "docs" / "cells.md").read_text(encoding="utf-8") == card.document()
