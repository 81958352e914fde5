"""Refusals of the patients' services. Their text is shown to the doctor as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from leukplatform.accounts.errors import Refused

if TYPE_CHECKING:
    from patients.models import Patient


class RecordErased(Http404):
    """The record was erased after the page was shown. The answer is the one for a record that never existed."""

    def __init__(self) -> None:
        super().__init__(
            gettext("This record was erased in the meantime. Nothing was saved. Go back to the start page.")
        )


class RecordNumberTaken(Refused):
    """`own_patient` has the number and may be seen by the doctor; it is None when somebody else's patient has it."""

    text = _(
        "This record number is in use for a patient of another doctor. Check it for a typing error. If the patient is "
        "yours too, ask the doctor in charge to add you to the care team."
    )

    def __init__(self, *, own_patient: Patient | None) -> None:
        self.own_patient = own_patient
        super().__init__(gettext("A patient in your care has this record number already.") if own_patient else "")


class AlreadyInCare(Refused):
    def __init__(self, name: str) -> None:
        super().__init__(gettext("%(doctor)s cares for this patient already.") % {"doctor": name})


class LastDoctor(Refused):
    text = _("Nobody else cares for this patient. Add the doctor who takes over first, then end the care here.")


class NoSuchRecord(Refused):
    """The text is the same for an unknown number and for a known one with another date of birth."""

    text = _("No record has this number and this date of birth. Check both for a typing error.")


class TooManyMisses(Refused):
    text = _(
        "Too many attempts that matched no record. Wait an hour, or call the patient's doctors or an administrator."
    )


class InCareAlready(Refused):
    text = _("This patient is in your care: you may open the record as always.")

    def __init__(self, patient: Patient) -> None:
        self.patient = patient
        super().__init__()


class AddressNotUsable(Refused):
    """The text is the same for an account of staff and for that of another record: the doctor may know of neither."""

    text = _(
        "This address cannot be used for the patient's account. Ask the patient for another one, or ask an "
        "administrator for help."
    )
