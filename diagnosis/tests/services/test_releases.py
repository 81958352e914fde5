import pytest
from django.db import IntegrityError, transaction

from diagnosis.models import ModelRelease
from diagnosis.policies import Refused
from diagnosis.services import releases
from diagnosis.tests.factories import ModelReleaseFactory
from leukplatform.accounts.permissions import NotAllowed
from mlworker.types import ModelIdentity

IDENTITY = ModelIdentity("lenet", "1.0.0", "a" * 64, "b" * 64)
CARD = {"name": "lenet", "class_names": ["Benign", "Early"]}


@pytest.fixture
def newer(release):
    return ModelReleaseFactory(version="2.0.0", digest="e" * 64, is_active=False, activated_at=None)


def _active() -> list[ModelRelease]:
    return list(ModelRelease.objects.filter(is_active=True))


def test_install_makes_a_model_known_but_does_not_use_it(db, trail):
    release = releases.install(folder="lenet", identity=IDENTITY, card=CARD)
    assert (release.name, release.version, release.digest, release.card) == ("lenet", "1.0.0", "a" * 64, CARD)
    assert not release.is_active
    assert trail() == ["model.installed"]


def test_install_twice_is_install_once(db, trail):
    first = releases.install(folder="lenet", identity=IDENTITY, card=CARD)
    assert releases.install(folder="lenet", identity=IDENTITY, card=CARD) == first
    assert trail() == ["model.installed"]


def test_activate_leaves_exactly_one_in_use(release, newer, admin, trail):
    releases.activate(release=newer, by=admin)
    assert _active() == [newer]
    assert _active()[0].activated_at is not None
    assert trail() == ["model.activated"]


def test_activate_what_is_active_changes_nothing(release, admin, trail):
    releases.activate(release=release, by=admin)
    assert trail() == []


@pytest.mark.parametrize("person", ["doctor", "patient_user"])
def test_only_an_administrator_installs_and_activates(release, newer, person, request):
    user = request.getfixturevalue(person)
    with pytest.raises(NotAllowed):
        releases.activate(release=newer, by=user)
    with pytest.raises(NotAllowed):
        releases.install(folder="lenet", identity=IDENTITY, card=CARD, by=user)
    assert _active() == [release]


def test_activate_writes_nothing_if_audit_fails(release, newer, admin, broken_audit):
    with pytest.raises(broken_audit):
        releases.activate(release=newer, by=admin)
    assert _active() == [release]


def test_install_writes_nothing_if_audit_fails(db, broken_audit):
    with pytest.raises(broken_audit):
        releases.install(folder="lenet", identity=IDENTITY, card=CARD)
    assert not ModelRelease.objects.exists()


def test_compare_chooses_exactly_one_beside_the_one_in_use(release, newer, admin, trail):
    third = ModelReleaseFactory(version="3.0.0", digest="f" * 64, is_active=False)
    releases.compare(release=third, by=admin)
    releases.compare(release=newer, by=admin)
    releases.compare(release=newer, by=admin)
    assert list(ModelRelease.objects.filter(is_compared=True)) == [newer]
    assert _active() == [release]
    assert trail() == ["model.compared", "model.compared"]


def test_a_model_is_not_compared_with_itself(release, admin, trail):
    with pytest.raises(Refused, match="in use"):
        releases.compare(release=release, by=admin)
    assert trail() == []


def test_activating_the_compared_one_makes_the_two_change_places(release, newer, admin, trail):
    releases.compare(release=newer, by=admin)
    releases.activate(release=newer, by=admin)
    assert _active() == [newer]
    assert list(ModelRelease.objects.filter(is_compared=True)) == [release]
    assert trail() == ["model.compared", "model.activated", "model.compared"]


def test_comparing_ends_once(release, newer, admin, trail):
    releases.compare(release=newer, by=admin)
    for _ in range(2):
        assert not releases.stop_comparing(release=newer, by=admin).is_compared
    assert trail() == ["model.compared", "model.comparison_ended"]


@pytest.mark.parametrize("action", [releases.compare, releases.stop_comparing])
def test_only_an_administrator_compares(newer, doctor, action):
    with pytest.raises(NotAllowed):
        action(release=newer, by=doctor)


def test_compare_writes_nothing_if_audit_fails(newer, admin, broken_audit):
    with pytest.raises(broken_audit):
        releases.compare(release=newer, by=admin)
    assert not ModelRelease.objects.filter(is_compared=True).exists()


def test_the_database_itself_refuses_two_compared_and_one_in_both_roles(release, newer):
    ModelRelease.objects.filter(pk=newer.pk).update(is_compared=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelReleaseFactory(digest="f" * 64, is_active=False, is_compared=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelRelease.objects.filter(pk=newer.pk).update(is_active=True)


def test_the_database_itself_refuses_two_in_use(release):
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelReleaseFactory(digest="e" * 64)
