"""Patients and who cares for them, for tests."""

from __future__ import annotations

import datetime

import factory
from django.utils import timezone

from leukplatform.accounts.tests.factories import DoctorFactory
from patients.models import CareAssignment, EmergencyAccess, EmergencyKind, Erasure, ErasureGround, Patient, Sex


class PatientFactory(factory.django.DjangoModelFactory):
    """A patient; `doctor=` starts the care of that doctor today."""

    class Meta:
        model = Patient
        skip_postgeneration_save = True

    record_number = factory.Sequence(lambda n: f"R-{n:05d}")
    given_name = factory.Sequence(lambda n: f"Given{n}")
    family_name = factory.Sequence(lambda n: f"Family{n}")
    birth_date = datetime.date(2015, 3, 14)
    sex = Sex.FEMALE

    @factory.post_generation
    def doctor(self: Patient, create: bool, extracted: object, **kwargs: object) -> None:
        if create and extracted:
            CareAssignmentFactory(patient=self, doctor=extracted)


class CareAssignmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CareAssignment

    patient = factory.SubFactory(PatientFactory)
    doctor = factory.SubFactory(DoctorFactory)


class EmergencyAccessFactory(factory.django.DjangoModelFactory):
    """Opened a moment ago and still open."""

    class Meta:
        model = EmergencyAccess

    patient = factory.SubFactory(PatientFactory)
    doctor = factory.SubFactory(DoctorFactory)
    kind = EmergencyKind.LIFE_THREATENING
    reason = "Brought in unconscious."
    expires_at = factory.LazyFunction(lambda: timezone.now() + datetime.timedelta(hours=1))


class ErasureFactory(factory.django.DjangoModelFactory):
    """An erasure that was asked for and not decided."""

    class Meta:
        model = Erasure

    patient = factory.SubFactory(PatientFactory)
    record_id = factory.SelfAttribute("patient.pk")
    ground = ErasureGround.ASKED_FOR
    requested_by = factory.SubFactory(DoctorFactory)
