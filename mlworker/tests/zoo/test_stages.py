import numpy as np
import pytest

from mlworker.tests import needs

keras = needs.training("keras")

from mlworker.zoo import heads, networks

FAR = np.array([[9.0, 4.0], [7.0, 8.0], [5.0, 9.0], [8.0, 3.0]])  # from the means 0 of a new normalisation
NAMES = ("third", "second")  # the stages of the model below, from the end backwards


@pytest.fixture
def model():
    backbone = keras.Sequential(
        [keras.Input((2,)), *(keras.layers.Dense(2, name=name) for name in ("first", "second", "third"))],
        name="backbone",
    )
    image = keras.Input((2,))
    return keras.Model(image, keras.layers.Dense(2, name="logits")(backbone(image)), name="small")


def trainable(model):
    layers = [*model.get_layer("backbone").layers, model.get_layer("logits")]
    return [layer.name for layer in layers if layer.trainable_weights]


@pytest.mark.parametrize(
    ("stage", "names"),
    [(0, ["logits"]), (1, ["third", "logits"]), (2, ["second", "third", "logits"])],
)
def test_the_backbone_opens_from_its_end(model, stage, names):
    networks.open_from(model, NAMES, stage, keeps_statistics=True)
    assert trainable(model) == names


def trained(is_pretrained, *, keeps_statistics):
    """Means of the normalisation after a step on pictures far from those it knows, in the last stage."""
    layers = [keras.Input((2,)), keras.layers.Dense(2, name="first"), keras.layers.BatchNormalization(name="norm")]
    backbone, image = keras.Sequential(layers, name="backbone"), keras.Input((2,))
    if is_pretrained:
        heads.keep_statistics(backbone)
    model = keras.Model(image, keras.layers.Dense(2, name="logits")(backbone(image)))
    networks.open_from(model, ("first",), 1, keeps_statistics=keeps_statistics)
    model.compile("sgd", "mse")
    before = backbone.get_layer("first").get_weights()[0]
    model.train_on_batch(FAR, np.ones((4, 2)))
    assert (backbone.get_layer("first").get_weights()[0] != before).any()
    return backbone.get_layer("norm").get_weights()[2]


def test_an_opened_pretrained_backbone_keeps_its_means():
    assert (trained(True, keeps_statistics=True) == 0).all()


def test_an_opened_random_backbone_learns_its_means():
    assert (trained(False, keeps_statistics=False) != 0).any()


def test_a_pretrained_backbone_keeps_its_means_even_if_every_weight_trains():
    layers = [keras.Input((2,)), keras.layers.Dense(2), keras.layers.BatchNormalization(name="norm")]
    backbone, image = keras.Sequential(layers, name="backbone"), keras.Input((2,))
    heads.keep_statistics(backbone)
    model = keras.Model(image, backbone(image))
    model.compile("sgd", "mse")
    model.train_on_batch(FAR, np.ones((4, 2)))
    assert (backbone.get_layer("norm").get_weights()[2] == 0).all()


def test_a_later_stage_can_be_closed_again(model):
    networks.open_from(model, NAMES, 2, keeps_statistics=True)
    networks.open_from(model, NAMES, 0, keeps_statistics=True)
    assert trainable(model) == ["logits"]


def test_an_unknown_layer_is_named(model):
    with pytest.raises(ValueError, match="fourth"):
        networks.open_from(model, ("fourth",), 1, keeps_statistics=True)


def test_an_unknown_stage_is_refused(model):
    with pytest.raises(ValueError, match="0 to 2"):
        networks.open_from(model, NAMES, 3, keeps_statistics=True)


def test_a_model_without_backbone_has_no_stages(built):
    with pytest.raises(ValueError, match="no backbone"):
        networks.open_from(built("lenet"), (), 0, keeps_statistics=True)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["vgg16", "densenet121", "densenet201", "mobilenetv2"])
def test_the_listed_stages_are_layers_of_the_backbone(built, name):
    from mlworker.zoo import registry

    model, architecture = built(name), registry.find(name)
    counts = []
    for stage in range(len(architecture.stages) + 1):
        networks.open_from(model, architecture.stages, stage, keeps_statistics=architecture.is_pretrained)
        counts.append(len(model.trainable_weights))
    assert counts == sorted(set(counts))
