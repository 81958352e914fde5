from dataclasses import replace

import numpy as np
import pytest

from mlworker.tests import needs

keras = needs.training("keras")

from mlworker.errors import NotInstalled
from mlworker.zoo import networks, pretrained, registry

needs_weights = pytest.mark.skipif(
    not pretrained.DEFAULT_FOLDER.is_dir(), reason="../shared/weights is not there: no pretrained weights to load"
)


def small(units):
    return keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(4, name="same"), keras.layers.Dense(units, name="other")]
    )


def test_a_missing_file_is_named_and_nothing_is_built_from_random_weights(tmp_path, monkeypatch):
    monkeypatch.setenv(pretrained.FOLDER_VARIABLE, str(tmp_path))
    with pytest.raises(NotInstalled, match=r"mobilenetv2\.notop\.weights\.h5"):
        networks.build(registry.find("mobilenetv2"), class_count=4)


def test_another_file_under_the_same_name_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv(pretrained.FOLDER_VARIABLE, str(tmp_path))
    (tmp_path / "mobilenetv2.notop.weights.h5").write_bytes(b"something else")
    with pytest.raises(NotInstalled, match="SHA-256"):
        networks.build(registry.find("mobilenetv2"), class_count=4)


def test_weights_are_shared_by_name_and_shape_only():
    donor, receiver = small(2), small(5)
    before = receiver.get_layer("other").get_weights()
    assert pretrained.copy_shared(donor, receiver) == 1
    np.testing.assert_array_equal(receiver.get_layer("same").kernel, donor.get_layer("same").kernel)
    np.testing.assert_array_equal(receiver.get_layer("other").kernel, before[0])


@needs_weights
def test_mobilenetv2_starts_from_the_weights_of_the_file():
    first = networks.build(registry.find("mobilenetv2"), class_count=4).get_layer("backbone").get_layer("Conv1")
    second = networks.build(registry.find("mobilenetv2"), class_count=4).get_layer("backbone").get_layer("Conv1")
    np.testing.assert_array_equal(first.kernel, second.kernel)


@needs_weights
@pytest.mark.slow
def test_vgg16_answers_rgb_like_the_published_network_answers_bgr():
    published = keras.applications.VGG16(include_top=False, weights=None, input_shape=(64, 64, 3))
    pretrained.load(published, pretrained.locate("vgg16.notop.float16.npz"))
    model = networks.build(replace(registry.find("vgg16"), input_height=64, input_width=64), class_count=4)
    levels = np.random.default_rng(0).uniform(0, 255, (1, 64, 64, 3)).astype(np.float32)
    expected = published(keras.applications.vgg16.preprocess_input(levels.copy()))
    features = keras.Model(model.input, model.get_layer("features").output)(levels / 127.5 - 1)
    np.testing.assert_allclose(np.asarray(features), np.asarray(expected), rtol=1e-3, atol=1e-3)


@needs_weights
@pytest.mark.slow
def test_densenet201_takes_half_its_layers_from_densenet121():
    donor = keras.applications.DenseNet121(include_top=False, weights=None)
    pretrained.load(donor, pretrained.locate("densenet121.notop.weights.h5"))
    receiver = keras.applications.DenseNet201(include_top=False, weights=None)
    assert pretrained.copy_shared(donor, receiver) == 206
