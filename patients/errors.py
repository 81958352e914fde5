"""What the patients' services refuse. The text is shown to the doctor as it is."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404


class Refused(Exception):
    """The record is not in a state that allows this."""


class RecordErased(Http404):
    """Between the page and its form the record was erased. The same answer as for a record that never was."""

    def __init__(self) -> None:
        super().__init__("This record was erased in the meantime. Nothing was saved. Go back to the start page.")


class RecordNumberTaken(Refused):
    """`own_patient` is the patient who has it, if the doctor may see them: nothing is told of anybody else's."""

    def __init__(self, *, own_patient: UUID | None) -> None:
        self.own_patient = own_patient
        if own_patient:
            super().__init__("A patient in your care has this record number already.")
        else:
            super().__init__(
                "This record number is in use for a patient of another doctor. Check it for a typing error. If the "
                "patient is yours too, ask the doctor in charge to add you to the care team."
            )


class AlreadyInCare(Refused):
    def __init__(self, name: str) -> None:
        super().__init__(f"{name} cares for this patient already.")


class LastDoctor(Refused):
    def __init__(self) -> None:
        super().__init__(
            "Nobody else cares for this patient. Add the doctor who takes over first, then end the care here."
        )


class NoSuchRecord(Refused):
    """The same for a number nobody has and for one whose patient was born on another day."""

    def __init__(self) -> None:
        super().__init__("No record has this number and this date of birth. Check both for a typing error.")


class TooManyMisses(Refused):
    def __init__(self) -> None:
        super().__init__(
            "Too many attempts that fitted no record. Wait an hour, or call the patient's doctors or an administrator."
        )


class InCareAlready(Refused):
    def __init__(self, patient_id: UUID) -> None:
        self.patient_id = patient_id
        super().__init__("This patient is in your care: you may open the record as always.")


class WrongNumber(Refused):
    def __init__(self) -> None:
        super().__init__("This is not the record number of this record.")


class AddressNotUsable(Refused):
    """Says the same for an account of staff and for one that another record has: neither is the doctor's to know."""

    def __init__(self) -> None:
        super().__init__(
            "This address cannot be used for the patient's account. Ask the patient for another one, "
            "or ask an administrator for help."
        )
