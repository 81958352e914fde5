"""A row that trains a network itself: the plan it hands to the loop."""

from __future__ import annotations

import pytest

from mlworker.tests import needs

needs.training("keras")

from mlworker.training.compare import whole
from mlworker.training.compare.rows import Method, Row
from mlworker.training.data.folds import fold_of


class Handed(Exception):
    pass


def plan_of(drawn, monkeypatch, **settings):
    def hand(architecture, training, validation, plan, **places):
        raise Handed(plan, training)

    monkeypatch.setattr(whole.loop, "train", hand)
    row = Row(name="a", splits=("grouped",), side=64, epochs=3, **settings)
    with pytest.raises(Handed) as handed:
        whole.Runner(row, drawn).run(fold_of(drawn, "grouped", 0))
    return handed.value.args


def test_a_row_in_stages_trains_the_head_then_each_stage_of_its_architecture(drawn, monkeypatch):
    plan, _ = plan_of(drawn, monkeypatch, model="densenet121", method=Method.STAGES)
    assert plan.stages == (0, 1, 2)
    assert plan.epochs == 3


def test_a_row_as_a_whole_trains_every_weight_from_the_first_step(drawn, monkeypatch):
    plan, training = plan_of(drawn, monkeypatch, model="densenet121", method=Method.WHOLE)
    assert plan.stages == ()
    assert training.images.shape[1:] == (64, 64, 3)
