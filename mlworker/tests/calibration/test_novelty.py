from __future__ import annotations

import numpy as np
import pytest

from mlworker.calibration import novelty
from mlworker.calibration.novelty import MEASURES, NoveltyRule
from mlworker.tests import needs
from mlworker.types import Cell

CELL = Cell(label=1, x=0, y=0, width=10, height=10, area=80, nucleus_area=60, nc_ratio=0.75, circularity=0.9)
CALM = dict.fromkeys(MEASURES, 0.5)


@pytest.fixture
def known() -> tuple[np.ndarray, np.ndarray]:
    needs.training("sklearn")
    rng = np.random.default_rng(5)
    labels = np.arange(600) % 3
    return rng.normal(0, [1, 5, 0.1, 2], (600, 4)) + labels[:, np.newaxis] * 40, labels


def test_training_pictures_are_at_distance_one_and_strangers_farther(known):
    vectors, labels = known
    statistics = novelty.fit_statistics(vectors, labels)
    assert statistics.distances(vectors).mean() == pytest.approx(1, abs=0.15)
    assert (
        statistics.distances(vectors[:1] + np.array([0, 0, 3, 0]))[0] > 10
    )  # thirty standard deviations in one direction


def test_the_nearest_class_counts(known):
    vectors, labels = known
    statistics = novelty.fit_statistics(vectors, labels)
    assert (statistics.distances(statistics.means) < 1e-3).all()


def test_the_distance_is_that_to_the_nearer_source_in_its_own_units(known):
    vectors, labels = known
    first = novelty.fit_statistics(vectors, labels)
    second = novelty.fit_statistics(vectors + 500, labels).in_units_of(2.0)
    both = novelty.joined(first, second)
    np.testing.assert_allclose(both.distances(vectors), first.distances(vectors), rtol=1e-5)
    np.testing.assert_allclose(both.distances(vectors + 500), first.distances(vectors) / 2, rtol=1e-3)


def test_statistics_survive_writing_and_reading_with_the_same_bytes(known):
    statistics = novelty.fit_statistics(*known)
    data = statistics.to_bytes()
    again = novelty.read_statistics(data)
    assert again.to_bytes() == data
    np.testing.assert_array_equal(again.distances(known[0]), statistics.distances(known[0]))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 broken"])
def test_bytes_that_are_not_statistics_are_refused(data):
    with pytest.raises(ValueError, match="novelty"):
        novelty.read_statistics(data)


def test_statistics_whose_shapes_do_not_fit_are_refused():
    spread_of = np.zeros(4, np.int32)
    wrong = novelty.Statistics(np.zeros((4, 3), np.float32), np.zeros((1, 2, 2), np.float32), spread_of)
    with pytest.raises(ValueError, match="shapes"):
        novelty.read_statistics(wrong.to_bytes())


def test_the_warning_tolerates_its_share_of_alarms_with_equal_weight_for_each_cluster():
    distances = np.concatenate([np.linspace(1, 2, 99), [9.0] * 400])
    clusters = [f"small {number}" for number in range(99)] + ["large"] * 400
    rule = novelty.rule_of(novelty.fit_warning(distances, clusters))
    assert 1.9 < rule.scale < 2.01  # the large cluster is one of a hundred
    assert rule.score(rule.scale) == rule.warning_above
    assert rule.score(novelty.FAR * rule.scale) == pytest.approx(rule.unsuitable_above)


def test_scores_rise_from_zero_towards_one():
    rule = NoveltyRule(scale=1.5, warning_above=0.5, unsuitable_above=0.75)
    scores = [rule.score(distance) for distance in (0, 1, 2, 4, 1e9)]
    assert scores[0] == 0
    assert scores == sorted(scores)
    assert scores[-1] == pytest.approx(1)


@pytest.mark.parametrize("values", [(0, 0.5, 0.7), (1, 0, 0.7), (1, 0.8, 0.7), (1, 0.5, 1.1)])
def test_an_inconsistent_rule_is_refused(values):
    with pytest.raises(ValueError, match="novelty must"):
        NoveltyRule(*values)


def test_a_description_does_not_depend_on_the_resolution():
    large = Cell(label=1, x=0, y=0, width=20, height=20, area=320, nucleus_area=240, nc_ratio=0.75, circularity=0.9)
    features = np.array([0.0, 2.0])
    first = novelty.describe(features, [CELL], CALM, area=10_000)
    np.testing.assert_allclose(first, novelty.describe(features, [large], CALM, area=40_000))
    assert first.shape == (2 + 6 + len(MEASURES),)


def test_more_cells_change_the_description():
    features = np.array([1.0])
    one = novelty.describe(features, [CELL], CALM, area=10_000)
    assert not np.allclose(one, novelty.describe(features, [CELL] * 5, CALM, area=10_000))
