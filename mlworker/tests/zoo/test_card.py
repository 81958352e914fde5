import json
from dataclasses import fields

import pytest

from mlworker.errors import ArtifactError
from mlworker.zoo import card as cards
from mlworker.zoo.artifact import CARD_FILE
from mlworker.zoo.card import ModelCard


@pytest.fixture
def data(tiny_folder):
    return json.loads((tiny_folder / CARD_FILE).read_text())


def test_a_card_survives_writing_and_reading(data):
    card = cards.parse(json.dumps(data))
    assert cards.parse(card.to_json()) == card


def test_a_card_of_the_first_format_is_read_without_set_and_novelty(data):
    for name in ("conformal", "novelty", "novelty_sha256"):
        del data[name]
    data["format_version"] = 1
    card = cards.parse(json.dumps(data))
    assert (card.conformal, card.novelty, card.novelty_sha256) == (None, None, None)
    assert json.loads(card.to_json()) == data


def test_a_card_of_the_first_format_has_no_field_of_the_second(data):
    data["format_version"] = 1
    with pytest.raises(ArtifactError, match="unknown fields: conformal"):
        cards.parse(json.dumps(data))


@pytest.mark.parametrize("name", [field.name for field in fields(ModelCard)])
def test_no_field_may_be_missing(data, name):
    del data[name]
    with pytest.raises(ArtifactError, match=f"lacks {name}"):
        cards.parse(json.dumps(data))


@pytest.mark.parametrize("name", [field.name for field in fields(ModelCard)])
def test_no_field_may_be_of_another_type(data, name):
    data[name] = True
    with pytest.raises(ArtifactError, match=name):
        cards.parse(json.dumps(data))


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("format_version", 99, "format 99"),
        ("class_names", ["Benign"], "two or more"),
        ("class_names", ["Benign", "Benign"], "different"),
        ("malignant_classes", [], "malignant_classes"),
        ("malignant_classes", ["Benign", "Early", "Pre", "Pro"], "not all"),
        ("malignant_classes", ["Late"], "malignant_classes"),
        ("input_height", 0, "positive"),
        ("temperature", 0, "positive"),
        ("temperature", float("nan"), "positive"),
        ("recipe", "unheard-of", "unheard-of"),
        ("segmentation_method", "by eye", "by eye"),
        ("model_sha256", "abc", "SHA-256"),
        ("split_name", "", "which split"),
        ("split_name", "grouped-5, seed 11, fold 0", "split_sha256"),
        ("split_sha256", "0" * 64, "split_sha256"),
        ("novelty_sha256", "0" * 64, "go together"),
        ("novelty", {"scale": 1.0, "warning_above": 0.5, "unsuitable_above": 0.7}, "go together"),
        ("novelty", {"scale": 0.0, "warning_above": 0.5, "unsuitable_above": 0.7}, "scale > 0"),
        ("conformal", {"coverage": 0.95, "quantile": 0.5}, "conformal must hold"),
        ("conformal", {"coverage": 2.0, "quantile": 0.5, "clusters": 9, "pictures": 9}, "coverage"),
        ("thresholds", {"benign_below": 0.4}, "thresholds"),
        ("thresholds", {"benign_below": 0.9, "leukemia_above": 0.6}, "benign_below"),
        ("thresholds", {"benign_below": "0.4", "leukemia_above": 0.6}, "numbers"),
    ],
)
def test_an_inconsistent_value_is_refused(data, name, value, reason):
    data[name] = value
    with pytest.raises(ArtifactError, match=reason):
        cards.parse(json.dumps(data))


def test_an_unknown_field_is_refused(data):
    data["colour"] = "blue"
    with pytest.raises(ArtifactError, match="colour"):
        cards.parse(json.dumps(data))


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_text_that_is_not_a_json_object_is_refused(text):
    with pytest.raises(ArtifactError, match=r"card\.json"):
        cards.parse(text)
