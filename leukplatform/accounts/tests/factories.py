"""People for tests."""

from __future__ import annotations

import factory
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from leukplatform.accounts.models import User
from leukplatform.accounts.roles import Role

PASSWORD = "correct-horse-battery"


class UserFactory(factory.django.DjangoModelFactory):
    """A doctor who has joined: may log in with PASSWORD."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person{n}@clinic.example")
    role = Role.DOCTOR
    password = factory.django.Password(PASSWORD)
    joined_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def verified_address(self: User, create: bool, extracted: bool | None, **kwargs: object) -> None:
        if create and self.joined_at and extracted is not False:
            EmailAddress.objects.create(user=self, email=self.email, verified=True, primary=True)


class DoctorFactory(UserFactory):
    role = Role.DOCTOR


class PatientUserFactory(UserFactory):
    role = Role.PATIENT


class AdminFactory(UserFactory):
    role = Role.ADMIN


class InvitedFactory(UserFactory):
    """Invited, has not set a password yet."""

    password = factory.LazyFunction(lambda: make_password(None))
    joined_at = None
    invited_at = factory.LazyFunction(timezone.now)
