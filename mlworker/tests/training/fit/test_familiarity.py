import numpy as np
import pytest

from mlworker.tests import needs

needs.training("sklearn")

from mlworker.phantom import FieldKind, draw_field
from mlworker.training.fit import familiarity
from mlworker.zoo import registry

ARCHITECTURE = registry.find("lenet")


def mean_colour(inputs):
    """Stands for a network: three features."""
    return inputs.mean(axis=(1, 2)) + 1


@pytest.fixture
def vectors():
    return np.random.default_rng(2).normal(0, 1, (80, 5)).astype(np.float32)


def test_pictures_that_would_be_refused_are_left_out():
    kinds = [FieldKind.LEUKEMIA, FieldKind.EMPTY, FieldKind.BENIGN]
    fields = [draw_field(3, kind=kind, width=320, height=240).image for kind in kinds]
    found = familiarity.describe(mean_colour, ARCHITECTURE, fields, total=3, what="Testing")
    assert found.places.tolist() == [0, 2]
    assert found.features.shape == (2, 3)
    assert found.vectors.shape == (2, 3 + 6 + 12)


def test_nothing_but_refused_pictures_is_an_error():
    with pytest.raises(ValueError, match="None of the pictures"):
        familiarity.describe(mean_colour, ARCHITECTURE, [np.zeros((64, 64, 3), np.uint8)], total=1, what="Testing")


def test_the_distance_of_a_fold_is_measured_to_the_other_folds(vectors):
    folds = np.arange(80) % 4
    vectors[folds == 3] += 50
    source = familiarity.across_folds(vectors, np.zeros(80, int), [str(n) for n in range(80)], folds)
    assert source.held_out[folds == 3].min() > 3 * source.held_out[folds != 3].max()


def test_the_warning_is_the_unit_of_each_source(vectors):
    clusters = [str(number) for number in range(40)]
    near = familiarity.against(vectors[:40], np.zeros(40, int), vectors[40:], clusters)
    far = familiarity.against(vectors[:40] * 9 + 900, np.zeros(40, int), vectors[40:] * 9 + 900, clusters)
    rule, statistics = familiarity.fit([near, far])
    assert rule.score(1.0) == rule.warning_above
    for pictures in (vectors[40:], vectors[40:] * 9 + 900):
        distances = statistics.distances(pictures)
        assert np.mean(distances > 1.0001) <= 0.05
        assert distances.max() >= 0.999
    assert (statistics.distances(vectors + 300) > 3).all()
