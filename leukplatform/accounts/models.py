from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from leukplatform.accounts.roles import PERMISSIONS, SECOND_FACTOR_ROLES, Role


class UserQuerySet(models.QuerySet["User"]):
    def with_status(self, status: str) -> UserQuerySet:
        """Filter by the same three groups as `User.status`."""
        if status == AccountStatus.DEACTIVATED:
            return self.filter(is_active=False)
        return self.filter(is_active=True, joined_at__isnull=status == AccountStatus.INVITED)


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]  # made at run time
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)

    def create_user(self, *, email: str, name: str, role: str, password: str | None = None) -> User:
        user = self.model(email=email.strip().lower(), name=name.strip(), role=role)
        user.set_password(password)  # None makes it unusable until an invitation is accepted
        user.full_clean(exclude=["password"], validate_unique=False)  # the database answers that one, without a race
        user.save(using=self._db)
        return user


class AccountStatus(models.TextChoices):
    ACTIVE = "ACTIVE", _("Active")
    INVITED = "INVITED", _("Invited")
    DEACTIVATED = "DEACTIVATED", _("Deactivated")


class User(AbstractBaseUser):
    """An account. Who the person is for the clinic (doctor in charge, patient of a record) is told by `patients`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(  # in lower case, so that one address is one account
        max_length=254, unique=True, error_messages={"unique": _("This address has an account already.")}
    )
    name = models.CharField(max_length=150)
    role = models.CharField(max_length=10, choices=Role.choices)
    is_active = models.BooleanField(default=True)
    invited_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField(null=True, blank=True)  # first password set
    deactivated_at = models.DateTimeField(null=True, blank=True)
    session_epoch = models.PositiveIntegerField(default=0)  # raised to end every open login of the account
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering = ["name", "email"]
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower_case"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_role_display()})"

    @property
    def has_joined(self) -> bool:
        return self.joined_at is not None

    @property
    def must_have_second_factor(self) -> bool:
        return settings.REQUIRE_MFA and self.role in SECOND_FACTOR_ROLES

    @property
    def status(self) -> AccountStatus:
        if not self.is_active:
            return AccountStatus.DEACTIVATED
        return AccountStatus.ACTIVE if self.has_joined else AccountStatus.INVITED

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Django's name for the question, asked by what must not know this app (the audit reader)."""
        return self.is_active and perm in PERMISSIONS[self.role]

    def has_perms(self, perm_list: Iterable[str], obj: object = None) -> bool:
        return all(self.has_perm(perm) for perm in perm_list)

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """Changes with the password, the role, and `session_epoch`: then every open login ends at its next request."""
        value = f"{self.password}|{self.role}|{self.session_epoch}"
        return salted_hmac("leukplatform.accounts.session", value, secret=secret, algorithm="sha256").hexdigest()
