"""Two records, everybody who may knock at their doors, and a login for each."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from axes.models import AccessAttempt
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from diagnosis.models import ModelRelease
from diagnosis.tests.factories import ModelReleaseFactory
from leukplatform.accounts import attempts, tokens
from leukplatform.accounts.models import User
from leukplatform.accounts.roles import Role
from leukplatform.accounts.services import accounts
from leukplatform.accounts.tests.factories import PASSWORD, AdminFactory, DoctorFactory, InvitedFactory
from leukplatform.letters.models import Letter, LetterStatus
from leukplatform.tests.access.record import Plan, Record, make_record
from patients.models import EmergencyAccess, Erasure, Patient
from patients.tests.factories import EmergencyAccessFactory, ErasureFactory, PatientFactory

OURS = Plan("Oriannel", "Vantongeren", "ZQ-774411", datetime.date(2011, 7, 29), first_case=748_011_700)
THEIRS = Plan("Thessaly", "Quillfeather", "KX-993322", datetime.date(2009, 2, 17), first_case=859_022_800)


@dataclass(frozen=True, slots=True)
class World:
    """`ours` is the record that is knocked at; `theirs` is in the care of the doctor who is a stranger to it."""

    ours: Record
    theirs: Record
    people: dict[str, User]  # by role; nobody for "anonymous"
    colleague: User
    invited: User
    unlinked: Patient  # in the care of the doctor in charge, without an account
    awaiting: Patient  # likewise, the account invited and not joined
    emergency: EmergencyAccess  # to `ours`
    erasure: Erasure  # of `unlinked`
    kept_erasure: Erasure  # of `ours`, which holds signed reports
    unattended: Patient  # in nobody's care
    letter: Letter  # given up
    spare_release: ModelRelease
    compared_release: ModelRelease
    release: ModelRelease
    secrets: dict[str, set[str]]
    sessions: dict[str, str] = field(default_factory=dict)

    @property
    def invitation_key(self) -> str:
        return tokens.invitation_key(self.invited)

    @property
    def reset_link(self) -> dict[str, str]:
        account = User.objects.get(pk=self.ours.account.pk)  # as it is since it signed in
        return {"uidb36": user_pk_to_url_str(account), "key": default_token_generator.make_token(account)}

    def secrets_from(self, role: str, route: str = "") -> set[str]:
        """The words that no answer to this role may hold."""
        if role == "admin" and route in (
            "audit:list",
            "records:privacy",
            "records:erasure",
            "records:decline-erasure",
        ):
            return self.secrets["admin at the trail"]
        if route == "patients:emergency":  # leads to the record whose number and date of birth were given
            return self.secrets.get(role, self.secrets["anonymous"]) - {str(self.ours.patient.pk)}
        return self.secrets.get(role, self.secrets["anonymous"])

    def staff_in_charge(self, role: str) -> set[str]:
        """Return the doctors in charge, without the asking person, whose own name is on every page."""
        team = [self.people["doctor"], self.people["stranger"], self.colleague]
        return {word for user in team if user != self.people.get(role) for word in (user.name, user.email)}


def make_world() -> World:
    doctor = DoctorFactory(name="Dr Ludmilla Farquharson", email="farquharson@clinic.example")
    stranger = DoctorFactory(name="Dr Benedikt Oyelaran", email="oyelaran@clinic.example")
    former = DoctorFactory(name="Dr Former", email="former@clinic.example")
    gone = DoctorFactory(name="Dr Gone", email="gone@clinic.example")
    glass = DoctorFactory(name="Dr Emergency", email="emergency@clinic.example")
    colleague = DoctorFactory(name="Dr Mirabelle Szczepanski", email="szczepanski@clinic.example")
    admin = AdminFactory(name="Chris Adeyemi", email="chris@clinic.example")
    AdminFactory(name="Second Administrator", email="second@clinic.example")
    release = ModelReleaseFactory()
    spare = ModelReleaseFactory(version="0.9.0", digest="e" * 64, folder="spare", is_active=False)
    compared = ModelReleaseFactory(
        version="0.8.0", digest="f" * 64, folder="compared", is_active=False, is_compared=True
    )
    ours = make_record(OURS, doctor=doctor, team=[colleague, gone], former=former)
    theirs = make_record(THEIRS, doctor=stranger, team=[], former=former)
    unlinked = PatientFactory(doctor=doctor)
    emergency = EmergencyAccessFactory(patient=ours.patient, doctor=glass, reason="Bled when brought in by Apfelbaum.")
    elsewhere = EmergencyAccessFactory(
        patient=theirs.patient, doctor=colleague, reason="Fell from a Quillfeather horse."
    )
    kept_erasure = ErasureFactory(patient=ours.patient, requested_by=doctor, note="A letter came from the godmother.")
    world = World(
        ours=ours,
        theirs=theirs,
        people={
            "stranger": stranger,
            "doctor": doctor,
            "former": former,
            "glass": glass,
            "other": theirs.account,
            "patient": ours.account,
            "admin": admin,
            "gone": gone,
        },
        colleague=colleague,
        invited=InvitedFactory(name="Somebody Invited", email="invited@clinic.example"),
        release=release,
        unlinked=unlinked,
        emergency=emergency,
        erasure=ErasureFactory(patient=unlinked, requested_by=doctor),
        kept_erasure=kept_erasure,
        unattended=PatientFactory(),
        letter=Letter.objects.create(
            kind="invitation", recipient=admin, status=LetterStatus.GIVEN_UP, settled_at=timezone.now()
        ),
        awaiting=PatientFactory(doctor=doctor, user=InvitedFactory(role=Role.PATIENT)),
        spare_release=spare,
        compared_release=compared,
        secrets=_secrets(ours, theirs, of_ours={emergency.reason, kept_erasure.note}, of_theirs={elsewhere.reason}),
    )
    world.sessions.update({role: _session_of(user) for role, user in world.people.items()})
    TOTP.activate(doctor, generate_totp_secret())
    RecoveryCodes.activate(doctor)
    accounts.deactivate(user=gone, by=admin)  # with a login still open
    _lock(colleague)
    return world


def _secrets(ours: Record, theirs: Record, *, of_ours: set[str], of_theirs: set[str]) -> dict[str, set[str]]:
    """For each role all words of both records but those that the role may read.

    `of_ours` and `of_theirs` were written down about a record: why it was opened in an emergency, why it is to go.
    """
    accounts_of_both = ours.names_the_account() | theirs.names_the_account()
    readable = {
        "anonymous": set(),
        "doctor": ours.everything() | of_ours,
        "glass": ours.everything() | of_ours,
        "stranger": theirs.everything() | of_theirs,
        "patient": ours.names_the_account() | ours.names_the_letter() | of_ours,
        "other": theirs.names_the_account() | theirs.names_the_letter() | of_theirs,
        "admin": accounts_of_both,
        "admin at the trail": (
            accounts_of_both | ours.names_in_the_trail() | theirs.names_in_the_trail() | of_ours | of_theirs
        ),
    }
    everything = ours.everything() | theirs.everything() | of_ours | of_theirs
    return {role: everything - words for role, words in readable.items()}


def _lock(user: User) -> None:
    """At an address from which nobody else comes."""
    AccessAttempt.objects.create(
        username=attempts.key_of(user.email),
        ip_address="192.0.2.7",
        failures_since_start=settings.AXES_FAILURE_LIMIT,
        attempt_time=timezone.now(),
    )


def _session_of(user: User) -> str:
    """A login of a moment ago, through the login page."""
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client.cookies[settings.SESSION_COOKIE_NAME].value
