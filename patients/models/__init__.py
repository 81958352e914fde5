from patients.models.care import CareAssignment
from patients.models.emergency import EmergencyAccess, EmergencyKind
from patients.models.erasure import Erasure, ErasureGround, ErasureStatus
from patients.models.patient import Patient, Sex

__all__ = [
    "CareAssignment",
    "EmergencyAccess",
    "EmergencyKind",
    "Erasure",
    "ErasureGround",
    "ErasureStatus",
    "Patient",
    "Sex",
]
