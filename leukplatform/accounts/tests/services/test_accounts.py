import threading

import pytest
from django.db import connection

from leukplatform.accounts.errors import AddressTaken, LastAdministrator
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import NotAllowed
from leukplatform.accounts.roles import Role
from leukplatform.accounts.services import accounts
from leukplatform.accounts.tests.factories import AdminFactory, InvitedFactory
from leukplatform.audit.models import AuditEvent


def test_create_makes_an_account_that_can_be_used_at_once(db: None) -> None:
    user = accounts.create(email="New@Clinic.example", name=" New  Doctor ", role=Role.DOCTOR, password="x", by=None)
    user.refresh_from_db()
    assert (user.email, user.name, user.status) == ("new@clinic.example", "New Doctor", "ACTIVE")
    assert user.emailaddress_set.get().verified
    assert AuditEvent.objects.get().action == "account.created"


def test_create_refuses_an_address_that_differs_by_case_only(doctor: User) -> None:
    with pytest.raises(AddressTaken):
        accounts.create(email=doctor.email.upper(), name="Twin", role=Role.DOCTOR, password="x", by=None)
    assert User.objects.count() == 1


def test_change_role_is_saved_and_audited(admin: User, doctor: User) -> None:
    accounts.change_role(user=doctor, role=Role.ADMIN, by=admin)
    doctor.refresh_from_db()
    event = AuditEvent.objects.get()
    assert doctor.role == Role.ADMIN
    assert (event.action, event.actor_id, event.subject_id) == (
        "account.role_changed",
        str(admin.pk),
        str(doctor.pk),
    )
    assert event.details == {"from": "DOCTOR", "to": "ADMIN"}


def test_change_role_to_the_same_role_does_nothing(admin: User, doctor: User) -> None:
    accounts.change_role(user=doctor, role=Role.DOCTOR, by=admin)
    doctor.refresh_from_db()
    assert doctor.session_epoch == 0
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("service", ["change_role", "deactivate", "reactivate", "rename"])
def test_only_administrators_manage_accounts(service: str, doctor: User, other_doctor: User, admin: User) -> None:
    extra = {"change_role": {"role": Role.ADMIN}, "rename": {"name": "Else"}}.get(service, {})
    with pytest.raises(NotAllowed):
        getattr(accounts, service)(user=other_doctor, by=doctor, **extra)
    assert not AuditEvent.objects.exists()


def test_deactivate_and_reactivate_are_audited_once_each(admin: User, doctor: User) -> None:
    for _ in range(2):
        accounts.deactivate(user=doctor, by=admin)
    doctor.refresh_from_db()
    assert doctor.status == "DEACTIVATED"
    for _ in range(2):
        accounts.reactivate(user=doctor, by=admin)
    doctor.refresh_from_db()
    assert (doctor.status, doctor.deactivated_at) == ("ACTIVE", None)
    actions = list(AuditEvent.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["account.deactivated", "account.reactivated"]


@pytest.mark.usefixtures("broken_audit")
def test_deactivate_saves_nothing_if_audit_fails(admin: User, doctor: User) -> None:
    with pytest.raises(RuntimeError):
        accounts.deactivate(user=doctor, by=admin)
    doctor.refresh_from_db()
    assert doctor.is_active
    assert doctor.session_epoch == 0


def test_the_last_administrator_can_be_neither_deactivated_nor_demoted(admin: User) -> None:
    with pytest.raises(LastAdministrator):
        accounts.deactivate(user=admin, by=admin)
    with pytest.raises(LastAdministrator):
        accounts.change_role(user=admin, role=Role.DOCTOR, by=admin)
    admin.refresh_from_db()
    assert (admin.role, admin.is_active) == (Role.ADMIN, True)


def test_an_administrator_who_cannot_sign_in_yet_does_not_count(admin: User) -> None:
    InvitedFactory(role=Role.ADMIN)
    AdminFactory(is_active=False)
    with pytest.raises(LastAdministrator):
        accounts.deactivate(user=admin, by=admin)


def test_one_of_two_administrators_can_leave(admin: User) -> None:
    AdminFactory()
    accounts.deactivate(user=admin, by=admin)
    admin.refresh_from_db()
    assert not admin.is_active


def test_an_invited_administrator_can_be_withdrawn(admin: User) -> None:
    invited = InvitedFactory(role=Role.ADMIN)
    accounts.deactivate(user=invited, by=admin)
    invited.refresh_from_db()
    assert not invited.is_active


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_remove_each_other_at_the_same_time() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets one writer in at a time; the in-memory test database cannot be shared by threads")
    admins = [AdminFactory(), AdminFactory()]
    barrier = threading.Barrier(2)
    refused = []

    def remove(user: User, by: User) -> None:
        barrier.wait(10)
        try:
            accounts.deactivate(user=user, by=by)
        except LastAdministrator:
            refused.append(user)
        finally:
            connection.close()

    threads = [threading.Thread(target=remove, args=pair) for pair in (admins, admins[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(refused) == 1
    assert User.objects.filter(is_active=True).count() == 1


def test_rename_is_open_to_the_owner_and_names_no_name_in_the_trail(doctor: User) -> None:
    accounts.rename(user=doctor, name="  Dr  Ada   Moreau-Diallo ", by=doctor)
    doctor.refresh_from_db()
    assert doctor.name == "Dr Ada Moreau-Diallo"
    assert AuditEvent.objects.get().details == {"fields": ["name"]}
