from patients.models.care import CareAssignment
from patients.models.patient import Patient, Sex

__all__ = ["CareAssignment", "Patient", "Sex"]
