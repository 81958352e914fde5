from __future__ import annotations

import uuid
from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from diagnosis.models.case import Case
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import has_permission
from leukplatform.accounts.roles import Permission


class Conclusion(models.TextChoices):
    """The doctor's conclusion. Terms of the WHO classification (5th ed., 2022) where it has them."""

    NO_LEUKAEMIA = "NO_LEUKAEMIA", _("No sign of leukaemia")
    HAEMATOGONES = "HAEMATOGONES", _("Benign haematogones")
    ALL_EARLY_PRE_B = "ALL_EARLY_PRE_B", _("Early pre-B acute lymphoblastic leukaemia")
    ALL_PRE_B = "ALL_PRE_B", _("Pre-B acute lymphoblastic leukaemia")
    ALL_PRO_B = "ALL_PRO_B", _("Pro-B acute lymphoblastic leukaemia")
    ALL_UNSPECIFIED = "ALL_UNSPECIFIED", _("Acute lymphoblastic leukaemia, subtype not determined")
    OTHER_LEUKAEMIA = "OTHER_LEUKAEMIA", _("Other leukaemia (see text)")
    INCONCLUSIVE = "INCONCLUSIVE", _("Inconclusive: further tests needed")

    @property
    def plain_words(self) -> str:
        """The words a patient reads in place of the medical term."""
        return str(_PLAIN_WORDS[self.value])


_PLAIN_WORDS = {
    "NO_LEUKAEMIA": _("No sign of leukaemia was found in this sample."),
    "HAEMATOGONES": _("Harmless young blood cells (haematogones) were found. This is not leukaemia."),
    "ALL_EARLY_PRE_B": _("Acute lymphoblastic leukaemia was found, of the early pre-B type."),
    "ALL_PRE_B": _("Acute lymphoblastic leukaemia was found, of the pre-B type."),
    "ALL_PRO_B": _("Acute lymphoblastic leukaemia was found, of the pro-B type."),
    "ALL_UNSPECIFIED": _("Acute lymphoblastic leukaemia was found. Its exact type is not known yet."),
    "OTHER_LEUKAEMIA": _("A form of leukaemia was found. Your doctor explains below which one."),
    "INCONCLUSIVE": _("This sample did not give a clear answer. Further tests are needed."),
}


class ImmutableSignOff(Exception):
    """A signed report is never changed; an amendment supersedes it."""


class SignOffQuerySet(models.QuerySet["SignOff"]):
    def visible_to(self, user: User) -> SignOffQuerySet:
        """Doctors: the reports of the patients in their care. Patients: their own. Every row here is signed."""
        if has_permission(user, Permission.READ_OWN_REPORTS):
            return self.filter(case__patient__user=user)
        return self.filter(case__in=Case.objects.visible_to(user))

    def update(self, **kwargs: Any) -> NoReturn:
        raise ImmutableSignOff("A signed report is never changed; amend it.")

    def delete(self) -> NoReturn:
        raise ImmutableSignOff("A signed report is never deleted.")

    def erase(self) -> None:
        """Delete the reports, newest first. Only the erasure of a patient does this (records/services/erasing.py)."""
        for signoff in self.order_by("-version"):
            models.QuerySet.delete(self.model._base_manager.filter(pk=signoff.pk))

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ImmutableSignOff("A signed report is never changed; amend it.")


class SignOff(models.Model):
    """A signed report: what was concluded, by whom, on what evidence, and both PDFs as they were on that day.

    The doctors' PDF shows the machine's findings; the patient's is in plain language and shows none.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="signoffs")
    version = models.PositiveSmallIntegerField()  # 1, then one more for each amendment
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    conclusion = models.CharField(max_length=20, choices=Conclusion.choices)
    text = models.TextField(max_length=10_000)  # for colleagues
    patient_text = models.TextField(max_length=5_000)  # for the patient, in plain language
    amendment_reason = models.TextField(max_length=1_000, blank=True)
    evidence = models.JSONField()  # per picture: sha256, model name, version, digest, machine's and doctor's findings
    evidence_sha256 = models.CharField(max_length=64)  # of the evidence as canonical JSON; printed in the PDF
    pdf = models.CharField(max_length=200)  # storage names
    pdf_sha256 = models.CharField(max_length=64)
    patient_pdf = models.CharField(max_length=200)
    patient_pdf_sha256 = models.CharField(max_length=64)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_by_name = models.CharField(max_length=150)  # as on that day
    signed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[SignOffQuerySet] = SignOffQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-signed_at"]
        constraints = [
            models.UniqueConstraint(fields=["case", "version"], name="signoff_version"),
            models.CheckConstraint(
                condition=Q(version=1, supersedes__isnull=True) | Q(version__gt=1, supersedes__isnull=False),
                name="signoff_amendment_supersedes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case}, report {self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise ImmutableSignOff("A signed report is never changed; amend it.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ImmutableSignOff("A signed report is never deleted.")

    @property
    def pictures(self) -> list[dict[str, Any]]:
        """The pictures of the evidence, in its words of today; until format 3 it called a picture a slide."""
        parts = self.evidence.get("pictures") or self.evidence.get("slides", [])
        return [{**part, "picture": part.get("picture") or part.get("slide")} for part in parts]
