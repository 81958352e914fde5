"""The people who knock, in the order of the table's columns."""

DESCRIPTIONS = {
    "anonymous": "nobody signed in",
    "stranger": "a doctor, of other patients",
    "doctor": "the doctor in charge of the patient",
    "former": "a doctor whose care of the patient has ended",
    "glass": "a doctor not in charge who opened the patient's record in an emergency",
    "other": "another patient",
    "patient": "the patient",
    "admin": "an administrator",
    "gone": "a doctor of the patient, deactivated while signed in",
}
ROLES = tuple(DESCRIPTIONS)
