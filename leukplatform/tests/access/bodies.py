"""The bodies of POST: for each page a form that the right person succeeds with."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile

from diagnosis.tests.uploads import encoded
from leukplatform.accounts.tests.factories import PASSWORD
from leukplatform.tests.access.world import World

Body = dict[str, object]
_NEW_PASSWORD = "another-horse-entirely"
_REPORT = {
    "conclusion": "ALL_PRE_B",
    "text": "What colleagues read.",
    "patient_text": "What the patient reads.",
    "is_confirmed": "on",
}
_PERSON = {
    "record_number": "NEW-1",
    "given_name": "Newly",
    "family_name": "Registered",
    "birth_date": "2014-05-06",
    "sex": "FEMALE",
}


def _case(world: World) -> Body:
    return {
        "submission_key": str(uuid.uuid4()),
        "specimen": "PERIPHERAL_BLOOD",
        "stain": "WRIGHT",
        "magnification": "400",
        "question": "Anything new?",
    }


def _emergency(world: World) -> Body:
    patient = world.ours.patient
    return {
        "record_number": patient.record_number,
        "birth_date": patient.birth_date.isoformat(),
        "kind": "LIFE_THREATENING",
        "reason": "Brought in unconscious.",
        "is_understood": "on",
    }


def _picture(world: World) -> Body:
    return {"file": SimpleUploadedFile("field.png", encoded(), "image/png")}


def _first_password(world: World) -> Body:
    return {"new_password1": _NEW_PASSWORD, "new_password2": _NEW_PASSWORD}


def _password(world: World) -> Body:
    return {"oldpassword": PASSWORD, "password1": _NEW_PASSWORD, "password2": _NEW_PASSWORD}


def _naming(world: World) -> Body:
    cell = world.ours.analysis_of(world.ours.picture).read_cells.get()
    return {"cell": str(cell.pk), "name": "lymphocyte", "seen": "0"}


BODIES: dict[str, Callable[[World], Body]] = {
    "account_login": lambda world: {"login": world.colleague.email, "password": PASSWORD},
    "account_reauthenticate": lambda world: {"password": PASSWORD},
    "account_change_password": _password,
    "account_reset_password": lambda world: {"email": world.colleague.email},
    "account_reset_password_from_key": _password,
    "accounts:profile": lambda world: {"name": "Renamed Person"},
    "accounts:invitation": _first_password,
    "accounts:invite": lambda world: {"name": "New Person", "email": "new@clinic.example", "role": "DOCTOR"},
    "accounts:role": lambda world: {"role": "ADMIN"},
    "patients:create": lambda world: dict(_PERSON),
    "patients:update": lambda world: dict(_PERSON),
    "patients:add-doctor": lambda world: {"doctor": str(world.people["stranger"].pk)},
    "patients:connect-account": lambda world: {"email": "parent@home.example"},
    "patients:emergency": _emergency,
    "records:ask-erasure": lambda world: {
        "ground": "ASKED_FOR",
        "note": "In person.",
        "record_number": world.awaiting.record_number,
    },
    "records:assign-doctor": lambda world: {"doctor": str(world.people["stranger"].pk)},
    "records:erasure": lambda world: {"record_number": world.unlinked.record_number, "is_understood": "on"},
    "records:erasure kept": lambda world: {
        "record_number": world.ours.patient.record_number,
        "is_understood": "on",
    },
    "records:decline-erasure": lambda world: {"answer": "It has to be kept."},
    "diagnosis:case-create": _case,
    "diagnosis:case-update": _case,
    "diagnosis:picture-add": _picture,
    "diagnosis:api-pictures": _picture,
    "diagnosis:picture-remove": lambda world: {"reason": "Out of focus."},
    "diagnosis:cells-name": _naming,
    "diagnosis:review": lambda world: {"decision": "agrees"},
    "diagnosis:sign": lambda world: dict(_REPORT),
    "diagnosis:amend": lambda world: {**_REPORT, "reason": "A typing error."},
}


def body(route: str, world: World, target: str = "") -> Body:
    """Return the body for the page, or for this target where it takes another one."""
    make = BODIES.get(f"{route} {target}") or BODIES.get(route)
    return make(world) if make else {}
