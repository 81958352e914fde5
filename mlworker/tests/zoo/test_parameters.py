from pathlib import Path

import pytest

from mlworker.tests import tiny
from mlworker.zoo import artifact

CARD = {"name": "lenet", "version": "1.0.0", "temperature": 1.5, "thresholds": {"benign_below": 0.2}, "limits": []}


@pytest.mark.parametrize("changed", [{"temperature": 1.4}, {"thresholds": {"benign_below": 0.3}}, {"a_new_field": 1}])
def test_fields_that_may_change_an_answer_change_the_hash(changed):
    assert artifact.parameters_sha256({**CARD, **changed}) != artifact.parameters_sha256(CARD)


@pytest.mark.parametrize("changed", [{"name": "lenet-2"}, {"version": "1.0.1"}, {"limits": ["Not for children."]}])
def test_fields_that_only_describe_do_not_change_the_hash(changed):
    assert artifact.parameters_sha256({**CARD, **changed}) == artifact.parameters_sha256(CARD)


def test_the_order_of_the_fields_does_not_matter():
    assert artifact.parameters_sha256(dict(reversed(CARD.items()))) == artifact.parameters_sha256(CARD)


def test_the_identity_of_a_folder_contains_the_hash_of_its_card(tmp_path: Path):
    folder = tiny.write(tmp_path / "tiny")
    found = artifact.read(folder)
    assert len(found.identity.parameters) == 64
    assert found.identity.parameters == artifact.read(folder).identity.parameters
