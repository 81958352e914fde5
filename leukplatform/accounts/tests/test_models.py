import pytest
from django.db import IntegrityError

from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import has_permission
from leukplatform.accounts.roles import PERMISSIONS, Permission, Role
from leukplatform.accounts.tests.factories import UserFactory


def test_the_database_refuses_a_second_account_for_an_address(doctor: User) -> None:
    with pytest.raises(IntegrityError):
        User.objects.create(email=doctor.email, name="Twin", role=Role.DOCTOR)


@pytest.mark.parametrize("values", [{"email": "Capital@clinic.example"}, {"role": "KING"}])
def test_the_database_refuses_what_no_service_writes(values: dict[str, str], db: None) -> None:
    with pytest.raises(IntegrityError):
        UserFactory(verified_address=False, **values)


def test_every_role_has_permissions_and_every_permission_a_role() -> None:
    assert PERMISSIONS.keys() == set(Role)
    assert frozenset().union(*PERMISSIONS.values()) == set(Permission)


def test_a_deactivated_account_has_no_permission(db: None) -> None:
    user = UserFactory(role=Role.ADMIN, is_active=False)
    assert not any(has_permission(user, permission) or user.has_perm(permission) for permission in Permission)


def test_the_session_hash_changes_with_password_role_and_epoch(doctor: User) -> None:
    hashes = {doctor.get_session_auth_hash()}
    doctor.role = Role.ADMIN
    hashes.add(doctor.get_session_auth_hash())
    doctor.session_epoch += 1
    hashes.add(doctor.get_session_auth_hash())
    doctor.set_password("something else")
    hashes.add(doctor.get_session_auth_hash())
    assert len(hashes) == 4
